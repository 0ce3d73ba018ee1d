import { wiresOf, type WireIndex } from '../model/index.ts'
import type { Scene, SceneNode } from './scene.ts'

/** `left` and `right` follow wires, `up` and `down` go to what stands above and below. */
export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last'

/** The node that an arrow key goes to. */
export function neighbourOf(
  scene: Scene,
  wires: WireIndex,
  { from, direction }: { readonly from: string | undefined; readonly direction: Direction },
): string | undefined {
  const here = from === undefined ? undefined : scene.nodes.get(from)
  if (here === undefined) return firstOf(scene)
  if (direction === 'first') return endOf(scene, wires, 'incoming')
  if (direction === 'last') return endOf(scene, wires, 'outgoing')
  if (direction === 'left' || direction === 'right')
    return alongWire(scene, wires, { here, direction }) ?? inDirection(scene, here, direction)
  return inDirection(scene, here, direction)
}

/** The one at the upper left. */
function firstOf(scene: Scene): string | undefined {
  return [...scene.nodes.values()].toSorted((a, b) => a.x + a.y - b.x - b.y)[0]?.id
}

/** The first source or the last sink, from the top. */
function endOf(scene: Scene, wires: WireIndex, side: 'incoming' | 'outgoing'): string | undefined {
  const ends = [...scene.nodes.values()].filter(({ id }) => wiresOf(wires, id)[side].length === 0)
  const sign = side === 'incoming' ? 1 : -1
  return ends.toSorted((a, b) => sign * (a.x - b.x) || a.y - b.y)[0]?.id
}

/** The other end of a wire; of several the one most level with here. */
function alongWire(
  scene: Scene,
  wires: WireIndex,
  { here, direction }: { readonly here: SceneNode; readonly direction: 'left' | 'right' },
): string | undefined {
  const { incoming, outgoing } = wiresOf(wires, here.id)
  const ends = (direction === 'right' ? outgoing : incoming).flatMap((id) => {
    const wire = scene.document.wires.get(id)
    const end = direction === 'right' ? wire?.to.node : wire?.from.node
    return (end === undefined ? undefined : scene.nodes.get(end)) ?? []
  })
  return ends.toSorted((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0]?.id
}

/** The nearest in that direction; what is aside counts double. */
function inDirection(
  scene: Scene,
  here: SceneNode,
  direction: 'left' | 'right' | 'up' | 'down',
): string | undefined {
  const isUpright = direction === 'up' || direction === 'down'
  const sign = direction === 'up' || direction === 'left' ? -1 : 1
  let nearest: string | undefined
  let least = Infinity
  for (const { id, x, y } of scene.nodes.values()) {
    const ahead = sign * (isUpright ? y - here.y : x - here.x)
    const aside = Math.abs(isUpright ? x - here.x : y - here.y)
    if (id === here.id || ahead <= 0) continue
    const distance = ahead + 2 * aside
    if (distance >= least) continue
    nearest = id
    least = distance
  }
  return nearest
}

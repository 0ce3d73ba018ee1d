import type { Stage } from './stage.ts'

/** Opens the list of types of which one takes the node's place; wires and settings stay. */
export function replaceNode({ scene, workbench }: Stage, node: string): void {
  const box = scene.nodes.get(node)
  if (box === undefined) return
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  workbench.layout.setState({ quickAdd: { at, replaces: node } })
}

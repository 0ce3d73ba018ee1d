import type { Box } from '../model/geometry.ts'
import type { Stage } from './stage.ts'

/** Which cards and wires are elements of the page now. */
export interface Fed {
  readonly nodes: readonly string[]
  readonly wires: readonly string[]
}

const nothing: Fed = { nodes: [], wires: [] }

/** Below the first zoom cards give way to the overview; above the second they come back. */
const overviewBelowZoom = 0.38
const cardsAboveZoom = 0.44

/** How much more than what is seen is kept mounted, in parts of its size. */
const margin = 0.4
/** How many cards are mounted in one frame. */
const slice = 48

/** Feeds React Flow a window of the document: what is seen, and a margin around it. */
export class Feed {
  readonly #stage: Stage
  readonly #listeners = new Set<() => void>()
  #window: Box | undefined
  #wanted: Fed = nothing
  #fed: Fed = nothing
  #frame = 0
  #stop: readonly (() => void)[] = []

  constructor(stage: Stage) {
    this.#stage = stage
  }

  open(): () => void {
    const { flow, workbench } = this.#stage
    const renew = () => this.#renew()
    this.#stop = [
      this.#stage.onView(() => this.#follow()),
      flow.store.subscribe((state, before) => {
        const { document, selection } = state
        if (document !== before.document || selection !== before.selection) renew()
      }),
      workbench.editor.catalog.subscribe(renew),
    ]
    renew()
    return () => {
      for (const stop of this.#stop) stop()
      cancelAnimationFrame(this.#frame)
      this.#frame = 0
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly snapshot = (): Fed => this.#fed

  /** The view moved: a new window is only needed when it has left the old one. */
  #follow(): void {
    const { zoom } = this.#stage.viewport
    const { detail } = this.#stage.state.getState()
    const isOverview = detail === 'overview' ? zoom < cardsAboveZoom : zoom < overviewBelowZoom
    const next = isOverview ? 'overview' : 'cards'
    if (next !== detail) {
      this.#stage.state.setState({ detail: next })
      this.#window = undefined
    }
    if (this.#window === undefined || !contains(this.#window, this.#stage.visible())) this.#renew()
  }

  #renew(): void {
    const { detail } = this.#stage.state.getState()
    if (detail === 'overview') return this.#show(nothing)
    this.#window = this.#stage.visible(margin)
    const { scene } = this.#stage
    this.#show({ nodes: this.#nodesOf(this.#window), wires: scene.wiresIn(this.#window) })
  }

  /** What is seen, and what somebody has in hand even if it is not. */
  #nodesOf(window: Box): readonly string[] {
    const { scene, flow } = this.#stage
    const { selection, focus } = flow.store.getState()
    const nodes = new Set(scene.nodesIn(window))
    if (selection.nodes.size <= 20) for (const id of selection.nodes) nodes.add(id)
    if (focus !== undefined) nodes.add(focus)
    return [...nodes].filter((id) => scene.nodes.has(id))
  }

  #show(wanted: Fed): void {
    this.#wanted = wanted
    if (this.#frame === 0) this.#advance()
  }

  /** Mounts a slice in each frame, so that no frame is long. */
  readonly #advance = (): void => {
    this.#frame = 0
    const before = new Set(this.#fed.nodes)
    const kept = this.#wanted.nodes.filter((id) => before.has(id))
    const added = this.#wanted.nodes.filter((id) => !before.has(id))
    const isAll = added.length <= slice * 1.5
    const next = {
      nodes: isAll ? this.#wanted.nodes : [...kept, ...added.slice(0, slice)],
      wires: this.#wanted.wires,
    }
    if (!isAll) this.#frame = requestAnimationFrame(this.#advance)
    if (isSame(next.nodes, this.#fed.nodes) && isSame(next.wires, this.#fed.wires)) return
    this.#fed = next
    for (const listener of this.#listeners) listener()
  }

  /** Whether all that should be on the page is there. */
  get isSettled(): boolean {
    return this.#frame === 0
  }
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]))
}

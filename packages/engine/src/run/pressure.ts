import type { PlannedNode } from '../plan/plan.ts'
import type { NodeRun } from './node-run.ts'

/** Pauses exactly the sources upstream of nodes that press, and resumes them when none does. */
export class Pressure {
  private readonly running: ReadonlyMap<string, NodeRun>
  private readonly sources = new Map<NodeRun, readonly NodeRun[]>()
  private readonly pressing = new Set<NodeRun>()

  constructor(running: ReadonlyMap<string, NodeRun>) {
    this.running = running
  }

  /** A node began or ceased to press. */
  changed(node: NodeRun): void {
    const isPressing = node.isPressing && !node.isClosed
    if (isPressing === this.pressing.has(node)) return
    if (isPressing) this.pressing.add(node)
    else this.pressing.delete(node)
    for (const source of this.sourcesOf(node)) {
      source.presses += isPressing ? 1 : -1
      apply(source)
    }
  }

  /** The wiring changed: counts again who presses on whom. */
  rewired(): void {
    this.sources.clear()
    for (const node of this.pressing) if (node.isClosed) this.pressing.delete(node)
    for (const node of this.running.values()) node.presses = 0
    for (const node of this.pressing) {
      for (const source of this.sourcesOf(node)) source.presses += 1
    }
    for (const node of this.running.values()) if (node.isSource) apply(node)
  }

  private sourcesOf(node: NodeRun): readonly NodeRun[] {
    let found = this.sources.get(node)
    if (found === undefined) {
      found = findSources(node.planned, this.running)
      this.sources.set(node, found)
    }
    return found
  }
}

/** A source that is only starting is paused once it has started. */
export function apply(source: NodeRun): void {
  const { intake } = source
  source.overhang?.review()
  intake?.eased()
  const shouldPause = intake === undefined ? source.isPressed : intake.shouldPause
  if (source.isPaused === shouldPause || !source.hasStarted || source.isClosed) return
  source.isPaused = shouldPause
  const { behaviour } = source
  source.runAttributed(() => {
    if (shouldPause) behaviour.pause?.()
    else behaviour.resume?.()
  })
}

function findSources(start: PlannedNode, running: ReadonlyMap<string, NodeRun>): NodeRun[] {
  const seen = new Set([start])
  for (const node of seen) for (const upstream of node.upstream) seen.add(upstream)
  return [...seen].flatMap((node) => {
    const run = running.get(node.id)
    return run?.isSource === true ? [run] : []
  })
}

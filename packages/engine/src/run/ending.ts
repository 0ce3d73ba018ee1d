import { downstreamOf } from '../plan/order.ts'
import type { Plan, PlannedNode } from '../plan/plan.ts'
import type { NodeRun } from './node-run.ts'

/** Carries the end of the sources through the flow: a node ends when all that sends to it has. */
export class Ending {
  private readonly running: ReadonlyMap<string, NodeRun>
  private readonly onEnded: () => void
  private isStarted = false

  constructor(running: ReadonlyMap<string, NodeRun>, onEnded: () => void) {
    this.running = running
    this.onEnded = onEnded
  }

  /** The nodes stand as the plan says, of which only these may have changed; sources may start. */
  rewired(plan: Plan, changed?: readonly PlannedNode[]): void {
    this.isStarted = false
    const affected = changed && withDownstream(changed)
    for (const { id } of plan.nodes) {
      if (affected?.has(id) === false) continue
      const node = this.running.get(id)
      if (node === undefined || isSource(node)) continue
      node.isSilent = this.isSilent(node)
      if (node.isSilent || !this.hasEndedUpstream(node)) {
        node.isEnding = false
        node.hasEnded = false
      } else if (!node.isEnding) {
        this.begin(node)
      }
    }
  }

  /** All sources have started: the flow may have come to its end. */
  allowEnd(): void {
    this.isStarted = true
    this.checkAll()
  }

  sourceEnded(node: NodeRun): void {
    if (node.isEnding) return
    node.isEnding = true
    this.settle(node)
  }

  /** A node has let go of a held message. */
  settle(node: NodeRun): void {
    if (!node.isEnding || node.inFlight > 0) return
    if (node.hasEnded) {
      this.checkAll()
      return
    }
    node.hasEnded = true
    node.origin?.end()
    node.stop?.pass(Infinity)
    for (const planned of downstreamOf(node.planned)) {
      const next = this.running.get(planned.id)
      if (next !== undefined && !next.isEnding && this.hasEndedUpstream(next)) this.begin(next)
    }
    this.checkAll()
  }

  private begin(node: NodeRun): void {
    node.isEnding = true
    const { behaviour } = node
    node.attempt(() => {
      behaviour.onEnd?.()
      behaviour.flush?.()
    })
    this.settle(node)
  }

  private isSilent(node: NodeRun): boolean {
    for (const { id } of node.planned.upstream) {
      if (this.running.get(id)?.isSilent === false) return false
    }
    return true
  }

  private hasEndedUpstream(node: NodeRun): boolean {
    for (const { id } of node.planned.upstream) {
      const upstream = this.running.get(id)
      if (upstream !== undefined && !upstream.isSilent && !upstream.hasEnded) return false
    }
    return true
  }

  private checkAll(): void {
    if (!this.isStarted) return
    for (const node of this.running.values()) {
      if (node.inFlight > 0 || node.openBatches > 0) return
      if (!node.isSilent && !node.hasEnded) return
    }
    this.onEnded()
  }
}

/** The ids of nodes and of all that they reach. */
function withDownstream(planned: readonly PlannedNode[]): ReadonlySet<string> {
  const reached = new Map(planned.map((node) => [node.id, node]))
  for (const node of reached.values()) {
    for (const next of downstreamOf(node)) reached.set(next.id, next)
  }
  return new Set(reached.keys())
}

function isSource(node: NodeRun): boolean {
  return node.planned.descriptor.kind === 'source'
}

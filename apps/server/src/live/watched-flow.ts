import type { CountersBatch, NodeCounters, StatusesBatch } from '@millrace/protocol'
import type { Status } from '@millrace/sdk'

/**
 * The newest counters and statuses of a flow that somebody looks at. Batches tell only what
 * changed; whoever starts to look later gets all of it from here.
 */
export class WatchedFlow {
  readonly #flow: string
  #time = 0
  readonly #ports = new Map<string, number>()
  readonly #nodes = new Map<string, NodeCounters>()
  readonly #statuses = new Map<string, Status>()

  constructor(flow: string) {
    this.#flow = flow
  }

  addCounters(batch: CountersBatch): void {
    this.#time = batch.time
    for (const [port, total] of Object.entries(batch.ports)) this.#ports.set(port, total)
    for (const [node, counters] of Object.entries(batch.nodes)) this.#nodes.set(node, counters)
  }

  addStatuses(batch: StatusesBatch): void {
    for (const [node, status] of Object.entries(batch.statuses)) this.#statuses.set(node, status)
  }

  counters(): CountersBatch {
    return {
      flow: this.#flow,
      time: this.#time,
      ports: Object.fromEntries(this.#ports),
      nodes: Object.fromEntries(this.#nodes),
    }
  }

  statuses(): StatusesBatch {
    return { flow: this.#flow, statuses: Object.fromEntries(this.#statuses) }
  }

  /** What is known is of a run that is over. */
  forget(): void {
    this.#ports.clear()
    this.#nodes.clear()
    this.#statuses.clear()
  }

  /** Forgets nodes that are not there any more. */
  retain(nodes: ReadonlySet<string>): void {
    for (const port of this.#ports.keys()) {
      if (!nodes.has(port.slice(0, port.indexOf(':')))) this.#ports.delete(port)
    }
    for (const node of this.#nodes.keys()) if (!nodes.has(node)) this.#nodes.delete(node)
    for (const node of this.#statuses.keys()) if (!nodes.has(node)) this.#statuses.delete(node)
  }
}

import type { Deployment } from '@millrace/engine'
import type { NodeCounters } from '@millrace/protocol'
import type { FlowReports } from './messages.ts'

type Counters = ReturnType<Deployment['counters']>

/** Tells of the counters of a flow what changed since it told the last time. */
export class CounterFeed {
  private ports = new Map<string, number>()
  private nodes = new Map<string, NodeCounters>()

  /** Undefined when nothing changed. */
  changes(counters: Counters, time: number): FlowReports['counters'] {
    const ports = this.changedPorts(counters)
    const nodes = this.changedNodes(counters)
    if (ports.length === 0 && nodes.length === 0) return undefined
    return { time, ports: Object.fromEntries(ports), nodes: Object.fromEntries(nodes) }
  }

  /** Tells everything the next time. */
  reset(): void {
    this.ports = new Map()
    this.nodes = new Map()
  }

  private changedPorts(counters: Counters): [string, number][] {
    const changed: [string, number][] = []
    for (const { node, port, count } of counters.ports) {
      const name = `${node}:${port}`
      if (this.ports.get(name) === count) continue
      this.ports.set(name, count)
      changed.push([name, count])
    }
    return changed
  }

  private changedNodes(counters: Counters): [string, NodeCounters][] {
    const changed: [string, NodeCounters][] = []
    for (const { node, ...gauges } of counters.nodes) {
      const before = this.nodes.get(node)
      if (before !== undefined && isSame(before, gauges)) continue
      this.nodes.set(node, gauges)
      changed.push([node, gauges])
    }
    return changed
  }
}

function isSame(one: NodeCounters, other: NodeCounters): boolean {
  return (
    one.received === other.received &&
    one.errors === other.errors &&
    one.inFlight === other.inFlight &&
    one.isPressing === other.isPressing &&
    one.isBottleneck === other.isBottleneck &&
    one.watermark === other.watermark &&
    one.slowestPartition === other.slowestPartition
  )
}

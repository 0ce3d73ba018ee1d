import type { NodeGauges, PortCounter } from '../deployment.ts'
import type { NodeRun } from './node-run.ts'

export function portCounters(runs: readonly NodeRun[]): PortCounter[] {
  const counters: PortCounter[] = []
  for (const run of runs) {
    for (const { name, count } of run.ports) counters.push({ node: run.id, port: name, count })
  }
  return counters
}

export function nodeGauges(runs: readonly NodeRun[]): NodeGauges[] {
  const bottlenecks = bottlenecksOf(runs)
  return runs.map((run) => ({
    node: run.id,
    received: run.received,
    errors: run.errors,
    inFlight: run.inFlight,
    isPressing: run.isPressing,
    watermark: watermarkOf(run),
    isBottleneck: bottlenecks.has(run.id),
    ...slowestOf(run),
  }))
}

/** Nodes that press while nothing after them does. Each node comes after all that send to it. */
function bottlenecksOf(runs: readonly NodeRun[]): ReadonlySet<string> {
  const found = new Set<string>()
  // A flow that keeps up has nothing to look for.
  if (!runs.some(({ isPressing }) => isPressing)) return found
  const pressesBelow = new Set<string>()
  for (const run of runs.toReversed()) {
    let isPressedBelow = false
    for (const port of run.planned.ports) {
      for (const { to } of port.wires) if (pressesBelow.has(to.id)) isPressedBelow = true
    }
    if (run.isPressing && !isPressedBelow) found.add(run.id)
    if (run.isPressing || isPressedBelow) pressesBelow.add(run.id)
  }
  return found
}

function slowestOf({ origin }: NodeRun): Pick<NodeGauges, 'slowestPartition'> {
  const slowestPartition = origin?.slowestPartition
  return slowestPartition === undefined ? {} : { slowestPartition }
}

/** Where a node both gets and gives time, what it gives is shown. */
function watermarkOf(run: NodeRun): number | null {
  const watermark = run.origin?.sent ?? run.stop?.current
  return watermark !== undefined && Number.isFinite(watermark) ? watermark : null
}

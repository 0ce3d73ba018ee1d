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
  return runs.map((run) => ({
    node: run.id,
    received: run.received,
    errors: run.errors,
    inFlight: run.inFlight,
    isPressing: run.isPressing,
    watermark: watermarkOf(run),
  }))
}

/** Where a node both gets and gives time, what it gives is shown. */
function watermarkOf(run: NodeRun): number | null {
  const watermark = run.origin?.sent ?? run.stop?.current
  return watermark !== undefined && Number.isFinite(watermark) ? watermark : null
}

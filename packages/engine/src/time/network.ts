import type { PlannedNode } from '../plan/plan.ts'
import type { NodeRun } from '../run/node-run.ts'
import { TimeStop } from './time-stop.ts'
import type { TimeInput, TimeLink } from './time-stop.ts'

/** Anything from which watermarks come. */
interface Upstream {
  links: TimeLink[]
  readonly sent: number
  readonly isIdle: boolean
}

/**
 * Joins origins of event time with the nodes that listen to watermarks. Nodes in between that
 * neither listen nor hold messages take no part, so that a watermark is one call, however long the
 * chain. Built anew whenever the wiring changes; what was said before is kept.
 */
export function joinTime(
  order: readonly PlannedNode[],
  running: ReadonlyMap<string, NodeRun>,
): void {
  // Most flows have nothing that looks at time, and then there is nothing to join.
  if (!hasAnyToDoWithTime(running)) return
  const runs = order.flatMap((planned) => running.get(planned.id) ?? [])
  const reach = new Reach(runs, running)
  const before = new Map<NodeRun, readonly TimeInput[]>()
  for (const run of runs) {
    if (!reach.isStop(run)) {
      run.stop = undefined
      continue
    }
    run.stop ??= new TimeStop(run)
    before.set(run, run.stop.inputs)
    run.stop.inputs = []
  }
  for (const run of runs) {
    const targets = reach.from(run)
    // A node that gives time of its own does not pass on the time that it gets.
    if (run.origin !== undefined) {
      link(run.origin, targets, before)
      if (run.stop !== undefined) run.stop.links = []
    } else if (run.stop !== undefined) {
      link(run.stop, targets, before)
    }
  }
  for (const run of runs) if (run.stop !== undefined && run.stop.inputs.length > 0) run.stop.merge()
}

function hasAnyToDoWithTime(running: ReadonlyMap<string, NodeRun>): boolean {
  for (const run of running.values()) if (hasToDoWithTime(run)) return true
  return false
}

/** Whether the node listens, or was joined to one that did. */
function hasToDoWithTime(run: NodeRun): boolean {
  if (run.behaviour.onWatermark !== undefined || run.stop !== undefined) return true
  return run.origin !== undefined && run.origin.links.length > 0
}

function link(
  upstream: Upstream,
  targets: ReadonlySet<NodeRun>,
  before: ReadonlyMap<NodeRun, readonly TimeInput[]>,
): void {
  upstream.links = []
  for (const run of targets) {
    const { stop } = run
    if (stop === undefined) continue
    const input = before.get(run)?.find(({ from }) => from === upstream) ?? {
      from: upstream,
      value: upstream.sent,
      isIdle: upstream.isIdle,
    }
    stop.inputs.push(input)
    upstream.links.push({ stop, input })
  }
}

/** Which stops a node's messages reach without passing another. */
class Reach {
  private readonly stops = new Set<NodeRun>()
  private readonly reached = new Map<NodeRun, ReadonlySet<NodeRun>>()
  private readonly running: ReadonlyMap<string, NodeRun>

  constructor(runs: readonly NodeRun[], running: ReadonlyMap<string, NodeRun>) {
    this.running = running
    for (const run of runs.toReversed()) {
      const targets = this.collect(run)
      this.reached.set(run, targets)
      const listens = run.behaviour.onWatermark !== undefined
      const holds = run.gate !== undefined || run.holdsTime
      if (listens || (holds && targets.size > 0)) this.stops.add(run)
    }
  }

  isStop(run: NodeRun): boolean {
    return this.stops.has(run)
  }

  from(run: NodeRun): ReadonlySet<NodeRun> {
    return this.reached.get(run) ?? none
  }

  private collect(run: NodeRun): ReadonlySet<NodeRun> {
    let only: ReadonlySet<NodeRun> = none
    let several: Set<NodeRun> | undefined
    for (const port of run.planned.ports) {
      for (const wire of port.wires) {
        const target = this.targetsBy(wire.to)
        if (target === only || target.size === 0) continue
        if (only.size === 0) only = target
        else several = new Set([...(several ?? only), ...target])
      }
    }
    return several ?? only
  }

  private targetsBy(planned: PlannedNode): ReadonlySet<NodeRun> {
    const run = this.running.get(planned.id)
    if (run === undefined) return none
    if (this.stops.has(run)) return new Set([run])
    return run.origin === undefined ? this.from(run) : none
  }
}

const none: ReadonlySet<NodeRun> = new Set()

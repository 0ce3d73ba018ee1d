import type { EngineHost, Snapshot } from '../deployment.ts'
import { overflowOf } from '../durable/overflow.ts'
import { intakeMap, originMap, watermarkMap } from '../durable/restored.ts'
import type { RestoredMaps } from '../durable/restored.ts'
import { EngineError, sentenceOf } from '../error.ts'
import { NodeState } from '../state/keyed-state.ts'
import type { Tracking } from '../state/keyed-state.ts'
import { Origin, arrivalTiming } from '../time/origin.ts'
import type { Timing } from '../time/origin.ts'
import type { PlannedNode } from '../plan/plan.ts'
import type { Newcomer } from './change.ts'
import { GaugePool } from './gauge-pool.ts'
import { nodeContext } from './node-context.ts'
import { NodeRun, gaugesOf } from './node-run.ts'
import type { Runtime } from './runtime.ts'
import { Seats } from './seats.ts'

/** What a new node goes on with: the state of the one in whose place it runs, or what was kept. */
export type Inheritance = { readonly state: NodeState } | { readonly maps: RestoredMaps }

/** Makes running nodes and gives back what they occupied. */
export class Nodes {
  readonly seats = new Seats()
  private readonly runtime: Runtime
  private readonly gauges: GaugePool
  private readonly host: EngineHost
  /** Seats of nodes that are about to be created. */
  private readonly reserved = new Map<string, number>()

  constructor(runtime: Runtime, host: EngineHost) {
    this.runtime = runtime
    this.host = host
    this.gauges = new GaugePool(host.gauges)
  }

  reserve(newcomers: readonly Newcomer[]): void {
    let count = 0
    for (const { planned } of newcomers) count += gaugesOf(planned)
    if (count > 0) this.gauges.reserve(count)
    this.seat(newcomers.map(({ planned }) => planned.id))
  }

  /** Creates the node; throws an `EngineError` that names it. */
  create({ planned, config }: Newcomer, inherited: Inheritance): NodeRun {
    const tracking = this.runtime.tracking?.(planned.id)
    const state = 'state' in inherited ? inherited.state : stateOf(inherited.maps, tracking)
    const run = new NodeRun({
      runtime: this.runtime,
      planned,
      index: this.seatOf(planned.id),
      gauges: this.gauges.take(gaugesOf(planned)),
      state,
      connections: config.holes.map(({ connection }) => connection),
    })
    run.origin = originOf(planned, config.values, this.runtime.host)
    if (tracking !== undefined) run.origin?.trackChanges()
    if ('state' in inherited) run.startsTimeAnew = true
    else this.restoreTime(run, inherited.maps, config.values)
    try {
      run.behaviour = this.runtime.asNode(run, () =>
        planned.type.create(nodeContext(run, config.values)),
      )
    } catch (error) {
      this.giveBack(run)
      throw startFailure(planned, error)
    }
    return run
  }

  private restoreTime(
    run: NodeRun,
    maps: RestoredMaps,
    config: Readonly<Record<string, unknown>>,
  ): void {
    run.origin?.restore(numbersOf(maps, originMap))
    run.storedWatermark = numbersOf(maps, watermarkMap)[0]?.[1] ?? -Infinity
    const position = numbersOf(maps, intakeMap)[0]?.[1]
    if (position === undefined) return
    run.storedPosition = position
    this.runtime.intakes?.restore(run, position, overflowOf(config))
  }

  /** Seats that were kept for nodes that then were not created are given free. */
  private seat(nodes: readonly string[]): void {
    for (const index of this.reserved.values()) this.seats.release(index)
    this.reserved.clear()
    for (const node of nodes) this.reserved.set(node, this.seats.take(node))
    const seats = [...this.reserved].map(([node, index]) => ({ index, node }))
    if (seats.length > 0) this.host.gauges.seated?.(seats)
  }

  private seatOf(node: string): number {
    const index = this.reserved.get(node) ?? this.seats.take(node)
    this.reserved.delete(node)
    return index
  }

  /** Ends all that a node may have left open. Nothing of it runs any more after this. */
  giveBack(run: NodeRun): void {
    run.isClosed = true
    run.timers.close()
    run.notes.close()
    for (const end of run.whenClosed) end()
    this.runtime.releaseAll(run)
    for (const port of run.ports) port.join([])
    this.seats.release(run.index)
    this.gauges.giveBack(run.gauges, gaugesOf(run.planned))
  }
}

export function startFailure(planned: PlannedNode, error: unknown): EngineError {
  if (error instanceof EngineError && error.node !== undefined) return error
  const message = `Node "${planned.name}" (${planned.id}) could not start: ${sentenceOf(error)}`
  return new EngineError('NODE_START_FAILED', message, { node: planned.id, cause: error })
}

/** Sources give event time always, operators only where their descriptor says so. */
function originOf(
  { descriptor }: PlannedNode,
  config: Readonly<Record<string, unknown>>,
  host: EngineHost,
): Origin | undefined {
  if (descriptor.timed === true) {
    // Descriptors with `timed` have the timing fields, whose compiled values these are.
    const fields = config as unknown as Timing
    return new Origin({ ...arrivalTiming, ...definedOnly(fields) }, host.clock)
  }
  return descriptor.kind === 'source' ? new Origin(arrivalTiming, host.clock) : undefined
}

function definedOnly(fields: Timing): Timing {
  const { eventTime, lateByMs, partition, idleAfterMs, futureByMs, pastByMs } = fields
  return {
    eventTime,
    lateByMs: lateByMs ?? 0,
    partition,
    idleAfterMs: idleAfterMs ?? 0,
    futureByMs: futureByMs ?? 0,
    pastByMs: pastByMs ?? 0,
  }
}

/** The engine's own part is none of the node's business. */
function stateOf(maps: RestoredMaps, tracking: Tracking | undefined): NodeState {
  const { [originMap]: _origin, [watermarkMap]: _watermark, [intakeMap]: _intake, ...own } = maps
  return NodeState.restored(own, tracking)
}

function numbersOf(maps: RestoredMaps, name: string): (readonly [string | number, number])[] {
  return [...(maps[name] ?? [])].flatMap(([key, value]) =>
    typeof value === 'number' ? [[key, value] as const] : [],
  )
}

/** Where the time that a node gets had come to, unless its upstreams have already said so. */
export function restoreStop(run: NodeRun): void {
  const { stop, storedWatermark } = run
  if (stop === undefined || storedWatermark <= stop.current) return
  stop.current = storedWatermark
  stop.pass(storedWatermark)
}

/** Everything that outlives a node, by node. */
export function takeSnapshot(runs: Iterable<NodeRun>): Snapshot {
  const snapshot: Record<string, Snapshot[string]> = {}
  for (const run of runs) {
    const kept = run.state.snapshot()
    const time = run.origin?.entries().filter(([, value]) => Number.isFinite(value)) ?? []
    if (time.length > 0) kept[originMap] = time
    const { stop } = run
    if (stop !== undefined && Number.isFinite(stop.sent)) kept[watermarkMap] = [['', stop.sent]]
    if (Object.keys(kept).length > 0) snapshot[run.id] = kept
  }
  return snapshot
}

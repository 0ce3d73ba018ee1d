import type { CountersBatch, NodeCounters, StatusesBatch } from '@millrace/protocol'
import type { Status } from '@millrace/sdk'
import { RateMeter } from './rate-meter.ts'
import { createSignal } from './signal.ts'

/** How an output port does now. */
export interface PortGauge {
  readonly total: number
  /** Messages a second, over about the last second. */
  readonly perSecond: number
}

/** How a node does now. */
export interface NodeGauge {
  readonly received: number
  readonly receivedPerSecond: number
  /** By all ports but the one for errors. */
  readonly sentPerSecond: number
  readonly errors: number
  readonly errorsPerSecond: number
  readonly inFlight: number
  readonly isPressing: boolean
  /** The flow is as slow as this node, or was a moment ago: it presses in bursts. */
  readonly isBottleneck: boolean
  /** Milliseconds since the epoch, in event time. */
  readonly watermark: number | null
  /** Where event time begins: the partition that is well behind the others. */
  readonly slowestPartition: string | number | undefined
  /** Messages a second out of the node, or into it for a sink; one value a second, oldest first. */
  readonly trend: Float32Array
  /** Where in `trend` the next value goes: it is a ring. */
  readonly trendAt: number
  /** How many values of `trend` there are yet. */
  readonly trendCount: number
}

/** The numbers of the watched flow. Reading is a lookup; painters read when they paint. */
export interface Gauges {
  port(id: string): PortGauge | undefined
  node(id: string): NodeGauge | undefined
  status(node: string): Status | undefined
  /** The server's time now, in milliseconds since the epoch; undefined before the first batch. */
  now(): number | undefined
  /** Messages a second out of all sources, and errors a second, of the watched flow. */
  total(): { readonly perSecond: number; readonly errors: number }
  /** Runs after every batch, some four times a second. */
  subscribe(listener: () => void): () => void
}

/** Seconds that a sparkline shows. */
export const trendSeconds = 60

interface Mutable {
  readonly received: RateMeter
  sentPerSecond: number
  readonly errors: RateMeter
  inFlight: number
  isPressing: boolean
  isBottleneck: boolean
  /** When it was the slowest the last time. */
  slowestAt: number
  watermark: number | null
  slowestPartition: string | number | undefined
  trend: Float32Array
  trendAt: number
  trendCount: number
}

/** How long, in milliseconds, a node that was the slowest is still called so. */
const slowestForMs = 2000

/** `elapsed` counts milliseconds from anywhere; the server's clock is another than the browser's. */
export function createGauges(elapsed: () => number = () => performance.now()): GaugeStore {
  return new GaugeStore(elapsed)
}

export class GaugeStore implements Gauges {
  readonly #ports = new Map<string, RateMeter>()
  readonly #nodes = new Map<string, Mutable>()
  readonly #statuses = new Map<string, Status>()
  readonly #signal = createSignal()
  readonly #elapsed: () => number
  #trendTime = 0
  /** What the server's time is ahead of `elapsed`. */
  #ahead: number | undefined

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  port(id: string): PortGauge | undefined {
    return this.#ports.get(id)
  }

  node(id: string): NodeGauge | undefined {
    const gauge = this.#nodes.get(id)
    return gauge === undefined ? undefined : shownGauge(gauge, this.now() ?? 0)
  }

  now(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#ahead + this.#elapsed()
  }

  status(node: string): Status | undefined {
    return this.#statuses.get(node)
  }

  total(): { readonly perSecond: number; readonly errors: number } {
    return sumOf(this.#nodes)
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#signal.subscribe(listener)

  clear(): void {
    this.#ports.clear()
    this.#nodes.clear()
    this.#statuses.clear()
    this.#trendTime = 0
    this.#ahead = undefined
    this.#signal.emit()
  }

  readonly take = ({ time, ports, nodes }: CountersBatch): void => {
    this.#ahead = time - this.#elapsed()
    for (const [id, total] of Object.entries(ports)) this.#meterOf(id).take(total, time)
    for (const [id, counters] of Object.entries(nodes))
      takeCounters(this.#gaugeOf(id), counters, time)
    for (const meter of this.#ports.values()) meter.tick(time)
    for (const { received, errors } of this.#nodes.values()) {
      received.tick(time)
      errors.tick(time)
    }
    sumPorts(this.#ports, (id) => this.#gaugeOf(id))
    this.#trendTime = sampleTrends(this.#nodes, this.#trendTime, time)
    this.#signal.emit()
  }

  /** The first batch names all nodes, later ones those that changed. */
  readonly takeStatuses = ({ statuses }: StatusesBatch): void => {
    for (const [node, status] of Object.entries(statuses)) this.#statuses.set(node, status)
    this.#signal.emit()
  }

  #meterOf(id: string): RateMeter {
    const meter = this.#ports.get(id) ?? new RateMeter()
    this.#ports.set(id, meter)
    return meter
  }

  #gaugeOf(id: string): Mutable {
    const gauge = this.#nodes.get(id) ?? newGauge()
    this.#nodes.set(id, gauge)
    return gauge
  }
}

function takeCounters(gauge: Mutable, counters: NodeCounters, time: number): void {
  gauge.received.take(counters.received, time)
  gauge.errors.take(counters.errors, time)
  gauge.inFlight = counters.inFlight
  gauge.isPressing = counters.isPressing
  if (gauge.isBottleneck || counters.isBottleneck) gauge.slowestAt = time
  gauge.isBottleneck = counters.isBottleneck
  gauge.watermark = counters.watermark
  gauge.slowestPartition = counters.slowestPartition
}

function newGauge(): Mutable {
  return {
    received: new RateMeter(),
    sentPerSecond: 0,
    errors: new RateMeter(),
    inFlight: 0,
    isPressing: false,
    isBottleneck: false,
    slowestAt: -Infinity,
    watermark: null,
    slowestPartition: undefined,
    trend: new Float32Array(trendSeconds),
    trendAt: 0,
    trendCount: 0,
  }
}

/** What left a node by all its ports but the one for errors. */
function sumPorts(ports: ReadonlyMap<string, RateMeter>, gaugeOf: (id: string) => Mutable): void {
  const sums = new Map<string, number>()
  for (const [id, rate] of ports) {
    const colon = id.lastIndexOf(':')
    if (id.slice(colon + 1) === 'error') continue
    const node = id.slice(0, colon)
    sums.set(node, (sums.get(node) ?? 0) + rate.perSecond)
  }
  for (const [id, sum] of sums) gaugeOf(id).sentPerSecond = sum
}

function sampleTrends(nodes: ReadonlyMap<string, Mutable>, last: number, time: number): number {
  if (last !== 0 && time - last < 1000) return last
  for (const gauge of nodes.values()) {
    if (!gauge.received.isKnown) continue
    const value = Math.max(gauge.sentPerSecond, gauge.received.perSecond)
    gauge.trend[gauge.trendAt] = value
    gauge.trendAt = (gauge.trendAt + 1) % trendSeconds
    gauge.trendCount = Math.min(trendSeconds, gauge.trendCount + 1)
  }
  return time
}

function shownGauge(gauge: Mutable, now: number): NodeGauge {
  return {
    received: gauge.received.total,
    receivedPerSecond: gauge.received.perSecond,
    sentPerSecond: gauge.sentPerSecond,
    errors: gauge.errors.total,
    errorsPerSecond: gauge.errors.perSecond,
    inFlight: gauge.inFlight,
    isPressing: gauge.isPressing,
    isBottleneck: gauge.isBottleneck || now - gauge.slowestAt < slowestForMs,
    watermark: gauge.watermark,
    slowestPartition: gauge.slowestPartition,
    trend: gauge.trend,
    trendAt: gauge.trendAt,
    trendCount: gauge.trendCount,
  }
}

function sumOf(nodes: ReadonlyMap<string, Mutable>): { perSecond: number; errors: number } {
  let perSecond = 0
  let errors = 0
  for (const gauge of nodes.values()) {
    if (gauge.received.total === 0) perSecond += gauge.sentPerSecond
    errors += gauge.errors.perSecond
  }
  return { perSecond, errors }
}

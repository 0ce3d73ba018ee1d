import type { CountersBatch, StatusesBatch } from '@millrace/protocol'
import type { Status } from '@millrace/sdk'
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
  readonly watermark: number | null
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
  /** Messages a second out of all sources, and errors a second, of the watched flow. */
  total(): { readonly perSecond: number; readonly errors: number }
  /** Runs after every batch, some four times a second. */
  subscribe(listener: () => void): () => void
}

/** Seconds that a sparkline shows. */
export const trendSeconds = 60

interface Rate {
  total: number
  perSecond: number
  /** Time and total at the beginning of the stretch that is measured. */
  sinceTime: number
  sinceTotal: number
  lastChange: number
}

interface Mutable {
  received: Rate
  sent: Rate
  errors: Rate
  inFlight: number
  isPressing: boolean
  watermark: number | null
  trend: Float32Array
  trendAt: number
  trendCount: number
}

const measuredForMs = 900

export interface GaugeStore extends Gauges {
  clear(): void
  take(batch: CountersBatch): void
  takeStatuses(batch: StatusesBatch): void
}

export function createGauges(): GaugeStore {
  const ports = new Map<string, Rate>()
  const nodes = new Map<string, Mutable>()
  let statuses: Readonly<Record<string, Status>> = {}
  let trendTime = 0
  const signal = createSignal()

  const gaugeOf = (id: string): Mutable => {
    const existing = nodes.get(id)
    if (existing !== undefined) return existing
    const made = newGauge()
    nodes.set(id, made)
    return made
  }
  return {
    port: (id) => ports.get(id),
    node(id) {
      const gauge = nodes.get(id)
      return gauge === undefined ? undefined : shownGauge(gauge)
    },
    status: (node) => statuses[node],
    total: () => sumOf(nodes),
    subscribe: (listener) => signal.subscribe(listener),
    clear() {
      ports.clear()
      nodes.clear()
      statuses = {}
      trendTime = 0
      signal.emit()
    },
    take(batch) {
      for (const [id, total] of Object.entries(batch.ports)) {
        const rate = ports.get(id) ?? newRate()
        ports.set(id, advance(rate, total, batch.time))
      }
      for (const [id, counters] of Object.entries(batch.nodes)) {
        const gauge = gaugeOf(id)
        advance(gauge.received, counters.received, batch.time)
        advance(gauge.errors, counters.errors, batch.time)
        gauge.inFlight = counters.inFlight
        gauge.isPressing = counters.isPressing
        gauge.watermark = counters.watermark
      }
      for (const rate of ports.values()) settle(rate, batch.time)
      sumPorts(ports, gaugeOf)
      for (const gauge of nodes.values()) {
        settle(gauge.received, batch.time)
        settle(gauge.errors, batch.time)
      }
      trendTime = sampleTrends(nodes, trendTime, batch.time)
      signal.emit()
    },
    takeStatuses(batch) {
      statuses = batch.statuses
      signal.emit()
    },
  }
}

const newRate = (): Rate => ({ total: 0, perSecond: 0, sinceTime: 0, sinceTotal: 0, lastChange: 0 })

function newGauge(): Mutable {
  return {
    received: newRate(),
    sent: newRate(),
    errors: newRate(),
    inFlight: 0,
    isPressing: false,
    watermark: null,
    trend: new Float32Array(trendSeconds),
    trendAt: 0,
    trendCount: 0,
  }
}

/** Takes a new total in; the rate follows at the end of each measured stretch. */
function advance(rate: Rate, total: number, time: number): Rate {
  // The first total, and one after a restart, are where counting begins.
  if (rate.sinceTime === 0 || total < rate.total) {
    rate.sinceTime = time
    rate.sinceTotal = total
  } else if (total !== rate.total) rate.lastChange = time
  rate.total = total
  return rate
}

/** Slow streams are measured over as long as it takes to see two messages, at most ten seconds. */
function settle(rate: Rate, time: number): void {
  const elapsedMs = time - rate.sinceTime
  if (rate.sinceTime === 0 || elapsedMs < measuredForMs) return
  const count = rate.total - rate.sinceTotal
  const longEnough = count >= 8 || elapsedMs >= 10_000 || (count > 0 && elapsedMs >= 4000)
  if (count > 0 && rate.perSecond === 0) rate.perSecond = (count / elapsedMs) * 1000
  if (!longEnough) {
    if (count === 0 && rate.perSecond > 2) rate.perSecond = 0
    return
  }
  rate.perSecond = (count / elapsedMs) * 1000
  rate.sinceTime = time
  rate.sinceTotal = rate.total
}

/** Only `error` and regular ports together say how much left a node. */
function sumPorts(ports: ReadonlyMap<string, Rate>, gaugeOf: (id: string) => Mutable): void {
  const sums = new Map<string, number>()
  for (const [id, rate] of ports) {
    const colon = id.lastIndexOf(':')
    if (id.slice(colon + 1) === 'error') continue
    const node = id.slice(0, colon)
    sums.set(node, (sums.get(node) ?? 0) + rate.perSecond)
  }
  for (const [id, sum] of sums) gaugeOf(id).sent.perSecond = sum
}

function sampleTrends(nodes: ReadonlyMap<string, Mutable>, last: number, time: number): number {
  if (last !== 0 && time - last < 1000) return last
  for (const gauge of nodes.values()) {
    const value = Math.max(gauge.sent.perSecond, gauge.received.perSecond)
    gauge.trend[gauge.trendAt] = value
    gauge.trendAt = (gauge.trendAt + 1) % trendSeconds
    gauge.trendCount = Math.min(trendSeconds, gauge.trendCount + 1)
  }
  return time
}

function shownGauge(gauge: Mutable): NodeGauge {
  return {
    received: gauge.received.total,
    receivedPerSecond: gauge.received.perSecond,
    sentPerSecond: gauge.sent.perSecond,
    errors: gauge.errors.total,
    errorsPerSecond: gauge.errors.perSecond,
    inFlight: gauge.inFlight,
    isPressing: gauge.isPressing,
    watermark: gauge.watermark,
    trend: gauge.trend,
    trendAt: gauge.trendAt,
    trendCount: gauge.trendCount,
  }
}

function sumOf(nodes: ReadonlyMap<string, Mutable>): { perSecond: number; errors: number } {
  let perSecond = 0
  let errors = 0
  for (const gauge of nodes.values()) {
    if (gauge.received.total === 0) perSecond += gauge.sent.perSecond
    errors += gauge.errors.perSecond
  }
  return { perSecond, errors }
}

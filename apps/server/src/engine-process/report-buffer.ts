import type { LogEntry } from '@millrace/engine'
import type { DebugEntry, PointsBatch, Shown } from '@millrace/protocol'
import type { AlertReport, Clock, Message, Report, Status } from '@millrace/sdk'
import { Sampler } from './sampler.ts'
import type { SampleRate } from './sampler.ts'
import { show } from './show.ts'

/** What gathered in a flow since the last batch; parts where nothing did are absent. */
export interface ReportBatch {
  readonly statuses?: Readonly<Record<string, Status>>
  readonly debug?: {
    readonly entries: readonly DebugEntry[]
    readonly dropped: Readonly<Record<string, number>>
  }
  readonly points?: PointsBatch['points']
  readonly alerts?: readonly { readonly node: string; readonly report: AlertReport }[]
  readonly taps?: readonly TappedPort[]
  readonly log?: readonly LogEntry[]
}

export interface TappedPort {
  readonly port: string
  readonly messages: readonly { readonly time: number; readonly value: Shown }[]
  readonly dropped: number
}

export interface ReportLimits {
  /** Debug entries of one node. */
  readonly debug: SampleRate
  /** Messages of one tapped port. */
  readonly taps: SampleRate
  /** Time spent on showing values in one batch; over it everything is counted only. */
  readonly showMs: number
  /** Points of one series in one batch; the newest stay. */
  readonly points: number
  readonly series: number
  readonly alerts: number
  readonly logEntries: number
}

/** More a second than anybody can read; what is shown costs the flow tens of times what is counted. */
export const usualReportLimits: ReportLimits = {
  debug: { burst: 50, perSecond: 100 },
  taps: { burst: 10, perSecond: 10 },
  showMs: 2,
  points: 200,
  series: 2_000,
  alerts: 1_000,
  logEntries: 100,
}

export interface ReportBufferOptions {
  readonly clock: Clock
  readonly limits: ReportLimits
  /** Called when the first report after a batch came; a batch should then be taken soon. */
  readonly onFirst: () => void
}

const statusTextMax = 200
const logTextMax = 4_000

/** Gathers what a flow tells its watchers between two batches, each kind within its bound. */
export class ReportBuffer {
  private readonly options: ReportBufferOptions
  private isEmpty = true
  private statuses = new Map<string, Status>()
  private debug: DebugEntry[] = []
  private readonly debugged = new Map<string, Sampler>()
  private points = new Map<string, PointSeries>()
  private alerts: { node: string; report: AlertReport }[] = []
  private alertsDropped = 0
  private readonly taps = new Map<string, Tapped>()
  private log: LogEntry[] = []
  private logDropped = 0
  private shownMs = 0

  constructor(options: ReportBufferOptions) {
    this.options = options
  }

  addStatus(node: string, status: Status): void {
    const text = status.text.slice(0, statusTextMax)
    this.statuses.set(node, { state: status.state, text })
    this.note()
  }

  addReport(node: string, report: Report): void {
    this.note()
    if (report.kind === 'debug') this.addDebug(node, report)
    else if (report.kind === 'point') this.addPoint(node, report)
    else this.addAlert(node, report)
  }

  /** Gives what is to be called with each message of a port. */
  seerOf(port: string): (message: Message) => void {
    const { clock, limits } = this.options
    const tapped = entryOf(this.taps, port, () => ({
      messages: [],
      sampler: new Sampler(limits.taps, clock.now()),
    }))
    return (message) => this.addTapped(tapped, message)
  }

  /** Nobody looks at other ports any more. */
  retainTaps(ports: readonly string[]): void {
    for (const port of this.taps.keys()) if (!ports.includes(port)) this.taps.delete(port)
  }

  /** Nobody looks at debug nodes any more. */
  forgetDebugged(): void {
    this.debugged.clear()
  }

  addLog(entry: LogEntry): void {
    if (this.log.length < this.options.limits.logEntries) this.log.push(bounded(entry))
    else this.logDropped += 1
    this.note()
  }

  /** All that gathered; undefined when nothing did. */
  take(): ReportBatch | undefined {
    if (this.isEmpty) return undefined
    const debug = this.takeDebug()
    const taps = this.takeTaps()
    const batch: ReportBatch = {
      ...(this.statuses.size > 0 && { statuses: Object.fromEntries(this.statuses) }),
      ...(debug !== undefined && { debug }),
      ...(this.points.size > 0 && { points: [...this.points.values()] }),
      ...(this.alerts.length > 0 && { alerts: this.alerts }),
      ...(taps.length > 0 && { taps }),
      ...(this.takesLog() && { log: this.log }),
    }
    this.empty()
    return batch
  }

  private addDebug(node: string, report: Extract<Report, { kind: 'debug' }>): void {
    const { clock, limits } = this.options
    const sampler = entryOf(this.debugged, node, () => new Sampler(limits.debug, clock.now()))
    if (!sampler.isOpen || !this.hasTimeToShow()) return sampler.drop()
    sampler.show()
    const topic = topicOf(report)
    this.debug.push({
      node,
      time: clock.now(),
      shows: report.shows,
      ...(topic !== undefined && { topic }),
      value: this.show(report.message),
    })
  }

  private addTapped({ messages, sampler }: Tapped, message: Message): void {
    this.note()
    if (!sampler.isOpen || !this.hasTimeToShow()) return sampler.drop()
    sampler.show()
    const time = message.time ?? this.options.clock.now()
    messages.push({ time, value: this.show(message) })
  }

  private addPoint(node: string, point: Extract<Report, { kind: 'point' }>): void {
    const key = `${node}\n${point.series}`
    if (!this.points.has(key) && this.points.size >= this.options.limits.series) return
    const series = entryOf(this.points, key, () => newSeries(node, point.series))
    if (series.times.length >= this.options.limits.points) {
      series.times.shift()
      series.values.shift()
    }
    series.times.push(point.time)
    series.values.push(point.value)
  }

  private addAlert(node: string, report: AlertReport): void {
    if (this.alerts.length < this.options.limits.alerts) this.alerts.push({ node, report })
    else this.alertsDropped += 1
  }

  private show(value: unknown): Shown {
    const { clock } = this.options
    const startedMs = clock.monotonic()
    const shown = show(value)
    this.shownMs += clock.monotonic() - startedMs
    return shown
  }

  private hasTimeToShow(): boolean {
    return this.shownMs < this.options.limits.showMs
  }

  private takeDebug(): ReportBatch['debug'] {
    const entries = this.debug
    const dropped = [...this.debugged].flatMap(([node, sampler]) => {
      const count = sampler.take()
      return count > 0 ? [[node, count] as const] : []
    })
    if (entries.length === 0 && dropped.length === 0) return undefined
    return { entries, dropped: Object.fromEntries(dropped) }
  }

  private takeTaps(): TappedPort[] {
    return [...this.taps].flatMap(([port, { messages, sampler }]) => {
      const dropped = sampler.take()
      if (messages.length === 0 && dropped === 0) return []
      return [{ port, messages: messages.splice(0), dropped }]
    })
  }

  private takesLog(): boolean {
    const time = this.options.clock.now()
    if (this.alertsDropped > 0) {
      const text = `${this.alertsDropped} more alert changes came at once and were dropped.`
      this.log.push({ time, level: 'warn', text })
    }
    if (this.logDropped > 0) {
      this.log.push({ time, level: 'warn', text: `${this.logDropped} more entries were dropped.` })
    }
    return this.log.length > 0
  }

  private note(): void {
    if (!this.isEmpty) return
    this.isEmpty = false
    const now = this.options.clock.now()
    for (const sampler of this.debugged.values()) sampler.refill(now)
    for (const { sampler } of this.taps.values()) sampler.refill(now)
    this.options.onFirst()
  }

  private empty(): void {
    this.isEmpty = true
    this.statuses = new Map()
    this.debug = []
    this.points = new Map()
    this.alerts = []
    this.alertsDropped = 0
    this.log = []
    this.logDropped = 0
    this.shownMs = 0
  }
}

interface Tapped {
  readonly messages: TappedPort['messages'][number][]
  readonly sampler: Sampler
}

interface PointSeries {
  readonly node: string
  readonly series: string
  readonly times: number[]
  readonly values: number[]
}

function newSeries(node: string, series: string): PointSeries {
  return { node, series, times: [], values: [] }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = make()
  map.set(key, made)
  return made
}

/** Details come from nodes and packages; what cannot be told over a process border is shown. */
function bounded(entry: LogEntry): LogEntry {
  const { details, ...rest } = entry
  const text = rest.text.slice(0, logTextMax)
  if (details === undefined) return { ...rest, text }
  const shown = show(details)
  return { ...rest, text, details: shown.isCut ? { cut: shown.json } : plain(shown.json) }
}

function plain(json: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(json)
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}

function topicOf(report: { readonly message: unknown }): string | undefined {
  const { message } = report
  if (typeof message !== 'object' || message === null || !('topic' in message)) return undefined
  return typeof message.topic === 'string' ? message.topic.slice(0, 1_000) : undefined
}

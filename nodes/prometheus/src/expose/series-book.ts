import { NodeError } from '@millrace/sdk'
import type { KeyedState } from '@millrace/sdk'
import type { Labels } from '../exposition/sample.ts'
import type { MetricRow } from './metric-rows.ts'
import { bucketOf } from './series.ts'
import type { ShownSeries } from './series.ts'

export interface SeriesBookOptions {
  readonly state: KeyedState<ShownSeries>
  readonly rows: readonly MetricRow[]
  readonly seriesMax: number
  /** 0 for ever. */
  readonly expireAfterMs: number
  /** In milliseconds since the epoch, never going back. */
  readonly now: () => number
}

export interface RowValue {
  readonly row: MetricRow
  readonly value: number
}

/** What is shown, within its bounds: how many series, how long a label, and how long it all is. */
export class SeriesBook {
  private readonly options: SeriesBookOptions
  private readonly rows: ReadonlyMap<string, MetricRow>
  /** About how long the answer to a scrape is. */
  private characters = 0

  constructor(options: SeriesBookOptions) {
    this.options = options
    this.rows = new Map(options.rows.map((row) => [row.id, row]))
    for (const [, series] of options.state.entries()) this.characters += this.lengthOf(series)
  }

  /** Takes all the values of a message in, or throws and takes none. */
  add(labels: Labels, values: readonly RowValue[]): void {
    const { state, now } = this.options
    expectShort(labels)
    const places = values.map(({ row, value }) => ({ row, value, key: keyOf(row, labels) }))
    const fresh = places.filter(({ key }) => state.get(key) === undefined)
    this.expectRoom(fresh.map(({ row }) => newSeries(row, labels)))
    for (const { row, value, key } of places) {
      const before = state.get(key)
      const series = before ?? newSeries(row, labels)
      if (before === undefined) this.characters += this.lengthOf(series)
      addTo(series, row, value)
      series.at = now()
      state.set(key, series)
    }
  }

  /** Forgets what got no new value for long. */
  expire(): void {
    const { state, expireAfterMs, now } = this.options
    if (expireAfterMs === 0) return
    for (const [key, series] of state.entries()) {
      if (now() - series.at <= expireAfterMs) continue
      state.delete(key)
      this.characters -= this.lengthOf(series)
    }
  }

  all(): readonly ShownSeries[] {
    return [...this.options.state.entries()].map(([, series]) => series)
  }

  private expectRoom(fresh: readonly ShownSeries[]): void {
    const { state, seriesMax } = this.options
    if (state.size + fresh.length > seriesMax) {
      throw tooMany(
        `The node shows ${state.size} series already, and ${seriesMax} are the most: a label has too many values. Take another one, or raise "Maximum series".`,
      )
    }
    const more = fresh.reduce((sum, series) => sum + this.lengthOf(series), 0)
    if (more === 0 || this.characters + more <= charactersMax) return
    const megabytes = charactersMax / 1_048_576
    throw tooMany(
      `What the node shows would be longer than ${megabytes} MB: take labels with fewer or shorter values, or fewer buckets.`,
    )
  }

  private lengthOf({ metric, labels }: ShownSeries): number {
    const row = this.rows.get(metric)
    if (row === undefined) return 0
    // A line for each bucket, the one without a bound, the sum and the count.
    const lines = row.type === 'histogram' ? row.bounds.length + 3 : 1
    let length = row.name.length + valueLength
    for (const [name, value] of Object.entries(labels)) length += name.length + value.length + 4
    return lines * length
  }
}

/** All lines together; more would hold the flow up for too long at each scrape. */
const charactersMax = 16_777_216

/** As long a value, a bound and what stands between them may be. */
const valueLength = 48

/** In characters; what is longer is a text and no label. */
const labelLengthMax = 1024

function expectShort(labels: Labels): void {
  for (const [name, value] of Object.entries(labels)) {
    if (value.length <= labelLengthMax) continue
    throw new NodeError(
      'PROMETHEUS_LABEL_TOO_LONG',
      `The label ${name} has ${value.length} characters, and ${labelLengthMax} are the most: take a short name, not a text.`,
    )
  }
}

function keyOf(row: MetricRow, labels: Labels): string {
  return JSON.stringify([row.id, ...Object.entries(labels).flat()])
}

function newSeries(row: MetricRow, labels: Labels): ShownSeries {
  const counts = row.type === 'histogram' ? { counts: row.bounds.map(() => 0).concat(0) } : {}
  return { metric: row.id, labels, value: 0, at: 0, ...counts }
}

function addTo(series: ShownSeries, row: MetricRow, value: number): void {
  if (row.type === 'gauge' || row.type === 'total') series.value = value
  else series.value += value
  if (series.counts === undefined) return
  const bucket = bucketOf(value, row.bounds)
  series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
}

function tooMany(text: string): NodeError {
  return new NodeError('PROMETHEUS_TOO_MANY_SERIES', text)
}

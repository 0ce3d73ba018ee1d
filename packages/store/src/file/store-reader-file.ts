import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hourMs, minuteMs, tagsOf } from '../point.ts'
import type { Tags, ValueType } from '../point.ts'
import { SampleBuffer, spendSample } from './samples.ts'
import type { Budget, Samples } from './samples.ts'

export interface StoredSeries {
  readonly id: number
  readonly measurement: string
  readonly field: string
  readonly tags: Tags
  readonly type: ValueType
}

/** Both ends belong to it, in milliseconds since the epoch. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

interface Horizons {
  /** Before it there are no points any more, and before the next no minutes. */
  readonly rawFrom: number
  readonly minuteFrom: number
}

export interface StoredMeasurement {
  readonly name: string
  readonly rawMs: number
  readonly minuteMs: number
  readonly hourMs: number
}

type Row = readonly unknown[]

/** A file of time series, open for reading. Everything it does blocks: it belongs into a worker. */
export class StoreReaderFile {
  readonly #database: DatabaseSync
  readonly #raw: StatementSync
  readonly #minutes: StatementSync
  readonly #hours: StatementSync
  readonly #dirty: StatementSync
  readonly #any: StatementSync
  #series: StoredSeries[] = []
  #generation = 0
  readonly #horizons = new Map<string, Horizons>()

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#raw = this.#rows(
      'SELECT time, value FROM raw WHERE series = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?',
    )
    this.#minutes = this.#rows(rolledUp('minute'))
    this.#hours = this.#rows(rolledUp('hour'))
    this.#dirty = this.#rows(
      'SELECT minute FROM dirty WHERE series = ? AND minute >= ? AND minute < ?',
    )
    this.#any = database.prepare(
      `SELECT EXISTS (SELECT 1 FROM raw WHERE series = ?1 AND time BETWEEN ?2 AND ?3)
       OR EXISTS (SELECT 1 FROM hour WHERE series = ?1 AND time BETWEEN ?4 AND ?3 AND last_time >= ?2) AS found`,
    )
  }

  /** From here to the end everything is read as it was at one moment. */
  begin(): void {
    this.#database.exec('BEGIN')
  }

  end(): void {
    this.#database.exec('COMMIT')
  }

  /** Brings what is known of series up to date; true where some were removed. */
  refresh(): boolean {
    const generation = Number(
      this.#database.prepare('SELECT number FROM generation').get()?.['number'],
    )
    const isChanged = generation !== this.#generation
    if (isChanged) this.#series = []
    this.#generation = generation
    const after = this.#series.at(-1)?.id ?? 0
    const added = this.#rows(
      `SELECT series.id, measurement.name, field, tags, type FROM series
       JOIN measurement ON measurement.id = series.measurement WHERE series.id > ? ORDER BY series.id`,
    )
    for (const row of rowsOf(added.iterate(after))) this.#series.push(seriesFrom(row))
    this.#readHorizons()
    return isChanged
  }

  get series(): readonly StoredSeries[] {
    return this.#series
  }

  measurements(): readonly StoredMeasurement[] {
    const rows = this.#rows(
      'SELECT name, raw_ms, minute_ms, hour_ms FROM measurement ORDER BY name',
    )
    return [...rowsOf(rows.iterate())].map(([name, rawMs, minute, hour]) => ({
      name: String(name),
      rawMs: Number(rawMs),
      minuteMs: Number(minute),
      hourMs: Number(hour),
    }))
  }

  /** When the first and the last of what is there were, about; undefined for nothing. */
  limits({ id }: StoredSeries): { readonly first: number; readonly last: number } | undefined {
    const row = this.#database
      .prepare(
        `SELECT (SELECT min(time) FROM raw WHERE series = ?1) AS raw_first,
           (SELECT min(time) FROM hour WHERE series = ?1) AS hour_first,
           (SELECT max(time) FROM raw WHERE series = ?1) AS raw_last,
           (SELECT max(last_time) FROM (SELECT last_time FROM hour WHERE series = ?1 ORDER BY time DESC LIMIT 1)) AS hour_last`,
      )
      .get(id)
    const numbers = (names: readonly string[]): number[] =>
      names.flatMap((name) => (row?.[name] == null ? [] : [Number(row[name])]))
    const [firsts, lasts] = [
      numbers(['raw_first', 'hour_first']),
      numbers(['raw_last', 'hour_last']),
    ]
    if (firsts.length === 0) return undefined
    return { first: Math.min(...firsts), last: Math.max(...lasts) }
  }

  /** Whether the series has anything in a stretch of time. */
  has({ id }: StoredSeries, { from, to }: TimeRange): boolean {
    const found = this.#any.get(id, clamp(from), clamp(to), clamp(from - hourMs))
    return found?.['found'] === 1
  }

  /**
   * Reads numbers in order of time. Points are read as they are for a resolution below a minute, and
   * else what they were rolled up to, of which the first may have begun before the range; where
   * there is nothing as fine any more, the next coarser.
   */
  read(
    series: StoredSeries,
    range: TimeRange,
    { resolutionMs, budget }: { resolutionMs: number; budget: Budget },
  ): Samples {
    const buffer = new SampleBuffer()
    const { rawFrom, minuteFrom } = this.#horizonsOf(series)
    const from = Math.ceil(range.from)
    const end = Math.floor(range.to) + 1
    const [rawStart, minuteStart] = [Math.max(from, rawFrom), Math.max(from, minuteFrom)]
    const reading = { id: series.id, buffer, budget }
    if (resolutionMs >= hourMs) this.#readHours(reading, floorTo(from, hourMs), end)
    else {
      this.#readHours(reading, floorTo(from, hourMs), Math.min(end, minuteFrom))
      if (resolutionMs >= minuteMs) this.#readMinutes(reading, floorTo(minuteStart, minuteMs), end)
      else {
        this.#readMinutes(reading, floorTo(minuteStart, minuteMs), Math.min(end, rawFrom))
        this.#readRaw(reading, rawStart, end)
      }
    }
    return buffer.samples()
  }

  /** Texts, which are never rolled up. */
  *texts(
    { id }: StoredSeries,
    { from, to }: TimeRange,
    budget: Budget,
  ): Iterable<[number, string]> {
    const range = { id, from: Math.ceil(from), end: Math.floor(to) + 1 }
    for (const [time, value] of pagesOf(this.#raw, range)) {
      spendSample(budget)
      yield [Number(time), String(value)]
    }
  }

  close(): void {
    this.#database.close()
  }

  #readRaw({ id, buffer, budget }: Reading, from: number, end: number): void {
    if (from >= end) return
    for (const [time, value] of pagesOf(this.#raw, { id, from, end })) {
      spendSample(budget)
      buffer.add(Number(time), Number(value))
    }
  }

  /** Minutes that are not rolled up yet, or not as they are now, are read as points. */
  #readMinutes(reading: Reading, from: number, end: number): void {
    if (from >= end) return
    const spans = this.#dirtySpans(reading.id, { from, end }, minuteMs)
    for (const { start, stop, isDirty } of spansOf(spans, from, end)) {
      if (isDirty) this.#readRaw(reading, start, stop)
      else this.#readRolled(this.#minutes, reading, { from: start, end: stop })
    }
  }

  #readHours(reading: Reading, from: number, end: number): void {
    if (from >= end) return
    const spans = this.#dirtySpans(reading.id, { from, end }, hourMs)
    for (const { start, stop, isDirty } of spansOf(spans, from, end)) {
      if (isDirty) this.#readMinutes(reading, start, stop)
      else this.#readRolled(this.#hours, reading, { from: start, end: stop })
    }
  }

  #readRolled(
    statement: StatementSync,
    { id, buffer, budget }: Reading,
    { from, end }: { from: number; end: number },
  ): void {
    for (const row of pagesOf(statement, { id, from, end })) {
      spendSample(budget)
      const [, time, last, count, sum, low, high] = row
      const parts = [Number(count), Number(sum), Number(low), Number(high)] as const
      buffer.addRolled(Number(time), Number(last), parts)
    }
  }

  /** Starts of the minutes or hours that must not be read rolled up, in order. */
  #dirtySpans(id: number, { from, end }: { from: number; end: number }, unitMs: number): number[] {
    const starts = new Set<number>()
    for (const [minute] of rowsOf(this.#dirty.iterate(id, clamp(from), clamp(end)))) {
      starts.add(floorTo(Number(minute), unitMs))
    }
    return [...starts].flatMap((start) => [start, start + unitMs])
  }

  #horizonsOf({ measurement }: StoredSeries): Horizons {
    return this.#horizons.get(measurement) ?? { rawFrom: -Infinity, minuteFrom: -Infinity }
  }

  #readHorizons(): void {
    const rows = this.#rows('SELECT name, raw_from, minute_from FROM measurement')
    for (const [name, raw, minute] of rowsOf(rows.iterate())) {
      this.#horizons.set(String(name), {
        rawFrom: Number(raw ?? -Infinity),
        minuteFrom: Number(minute ?? -Infinity),
      })
    }
  }

  #rows(sql: string): StatementSync {
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
}

interface Reading {
  readonly id: number
  readonly buffer: SampleBuffer
  readonly budget: Budget
}

function rolledUp(table: 'minute' | 'hour'): string {
  return `SELECT time, last_time, last, count, sum, low, high FROM ${table} WHERE series = ? AND time >= ? AND time < ? ORDER BY time LIMIT ?`
}

/** Rows at once: taken together they cost a third of what they cost one by one. */
const pageRows = 20_000

/** Rows of a series whose first column is their time, in its order; a page at a time in memory. */
function* pagesOf(
  statement: StatementSync,
  { id, from, end }: { readonly id: number; readonly from: number; readonly end: number },
): Iterable<Row> {
  for (let next = clamp(from); ;) {
    // As `rowsOf` says.
    const page = statement.all(id, next, clamp(end), pageRows) as unknown as readonly Row[]
    yield* page
    if (page.length < pageRows) return
    next = Number(page.at(-1)?.[0]) + 1
  }
}

/** Statements give arrays where they are told to, which their type does not know. */
function rowsOf(rows: Iterable<unknown>): Iterable<Row> {
  return rows as Iterable<Row>
}

function seriesFrom([id, measurement, field, tags, type]: Row): StoredSeries {
  return {
    id: Number(id),
    measurement: String(measurement),
    field: String(field),
    tags: tagsOf(String(tags)),
    type: type === 'text' || type === 'boolean' ? type : 'number',
  }
}

interface Span {
  readonly start: number
  readonly stop: number
  readonly isDirty: boolean
}

/** Covers a stretch of time: dirty spans, given as starts and ends in turn, and what is between. */
function spansOf(dirty: readonly number[], from: number, end: number): Span[] {
  const spans: Span[] = []
  let at = from
  for (let index = 0; index < dirty.length; index += 2) {
    const start = Math.max(from, dirty[index] ?? end)
    const stop = Math.min(end, dirty[index + 1] ?? end)
    if (start > at) spans.push({ start: at, stop: start, isDirty: false })
    spans.push({ start, stop, isDirty: true })
    at = stop
  }
  if (at < end) spans.push({ start: at, stop: end, isDirty: false })
  return spans
}

function floorTo(time: number, unitMs: number): number {
  return Math.floor(time / unitMs) * unitMs
}

/** What SQLite takes for a whole number. */
function clamp(time: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(time)))
}

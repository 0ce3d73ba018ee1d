import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { hourMs, minuteMs, timeMax } from '../point.ts'
import type { Retention, SeriesDefinition, Tags, ValueType } from '../point.ts'
import { StoreError } from '../store-error.ts'
import { databaseBytes, openForWriting } from './database.ts'
import { freeSpace, removeTagged, retain } from './retention.ts'
import type { PointBatch, RefusedPoint } from './point-batch.ts'
import { rollUp } from './roll-up.ts'

export interface WriterLimits {
  readonly seriesMax: number
  /** Of what is stored; the oldest points go first. 0 sets no limit. */
  readonly bytesMax: number
}

interface KnownSeries {
  readonly definition: SeriesDefinition
  id: number | undefined
  /** Of the stored series; unknown before the first point. */
  type: ValueType
  /** Newest minute noted as dirty since the last rolling up. */
  dirtyMinute: number
  /** Points before it are too old to be kept. */
  oldest: number
}

/** How a measurement is kept whose retention nobody set. */
const forEver: Retention = { rawMs: 0, minuteMs: 0, hourMs: 0 }
/** Minutes rolled up in one transaction. */
const minutesAtOnce = 5_000

/** A file of time series, open for writing. Everything it does blocks: it belongs into a worker. */
export class StoreWriterFile {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #limits: WriterLimits
  readonly #retentions: ReadonlyMap<string, Retention> | Retention
  readonly #series = new Map<number, KnownSeries>()
  readonly #measurements = new Map<string, { id: number; rawMs: number; rawFrom: number }>()
  readonly #insert: StatementSync
  readonly #soil: StatementSync
  #seriesCount: number

  /** Retentions by measurement, or one for all that this writer writes. */
  constructor(
    path: string,
    {
      limits,
      retention,
    }: { limits: WriterLimits; retention: Retention | ReadonlyMap<string, Retention> },
  ) {
    this.path = path
    this.#limits = limits
    this.#retentions = retention
    this.#database = openForWriting(path)
    this.#insert = this.#database.prepare(
      'INSERT INTO raw VALUES (?, ?, ?) ON CONFLICT (series, time) DO UPDATE SET value = excluded.value',
    )
    this.#soil = this.#database.prepare('INSERT OR IGNORE INTO dirty VALUES (?, ?)')
    this.#seriesCount = this.#countSeries()
  }

  /** Stores all points of a batch in one transaction, but for those it gives back. */
  write(batch: PointBatch, nowMs: number): readonly RefusedPoint[] {
    for (const [number, definition] of batch.series) {
      const { type } = definition
      this.#series.set(number, {
        definition,
        type,
        id: undefined,
        dirtyMinute: -Infinity,
        oldest: 0,
      })
    }
    this.#expectRoom()
    const refused: RefusedPoint[] = []
    this.#inTransaction(() => {
      for (const [index, number] of batch.numbers.entries()) {
        const problem = this.#writePoint(batch, index, this.#known(number, nowMs))
        if (problem !== undefined) refused.push({ index, ...problem })
      }
    })
    return refused
  }

  /**
   * Rolls up minutes that are over, and takes away what is older than it is kept. Does a bounded
   * part; true when there is more to do.
   */
  maintain(nowMs: number): boolean {
    const rolled = this.#inTransaction(() =>
      rollUp(this.#database, nowMs - minuteMs, minutesAtOnce),
    )
    this.#forgetDirty()
    if (rolled >= minutesAtOnce) return true
    const kept = this.#inTransaction(() => retain(this.#database, nowMs))
    const isFull = this.#limits.bytesMax > 0 && this.#usedBytes() > this.#limits.bytesMax
    if (isFull) this.#inTransaction(() => freeSpace(this.#database))
    if (kept.hasCut || isFull) this.#forgetSeries()
    this.#database.exec('PRAGMA incremental_vacuum(2000)')
    return kept.isMore
  }

  /** Takes away all series with that tag. */
  remove(tag: Tags[number]): void {
    this.#inTransaction(() => removeTagged(this.#database, tag))
    this.#forgetSeries()
  }

  bytes(): number {
    return databaseBytes(this.path)
  }

  close(): void {
    this.#database.close()
  }

  #writePoint(
    { numbers, times, values, texts }: PointBatch,
    index: number,
    series: KnownSeries | undefined,
  ): { code: string; message: string } | undefined {
    if (series === undefined) return unknownSeries(numbers[index] ?? 0)
    if (series.id === undefined) return tooManySeries(this.#limits.seriesMax)
    const { definition, type } = series
    const time = Math.floor(times[index] ?? Number.NaN)
    if (definition.type !== type) return wrongType(definition, type)
    if (!(Math.abs(time) <= timeMax)) return badTime
    if (time < series.oldest) return tooOld
    this.#insert.run(
      series.id,
      time,
      type === 'text' ? (texts.get(index) ?? '') : (values[index] ?? 0),
    )
    if (type === 'text') return undefined
    const minute = Math.floor(time / minuteMs) * minuteMs
    if (minute !== series.dirtyMinute) {
      this.#soil.run(series.id, minute)
      series.dirtyMinute = minute
    }
    return undefined
  }

  #known(number: number, nowMs: number): KnownSeries | undefined {
    const series = this.#series.get(number)
    if (series === undefined || series.id !== undefined) return series
    const { measurement, field, tags, type } = series.definition
    const { id: owner, rawMs, rawFrom } = this.#measurement(measurement)
    const found = this.#database
      .prepare('SELECT id, type FROM series WHERE measurement = ? AND field = ? AND tags = ?')
      .get(owner, field, tags)
    if (found !== undefined) {
      series.id = Number(found['id'])
      series.type = typeFrom(found['type'])
    } else if (this.#seriesCount < this.#limits.seriesMax) {
      const added = this.#database
        .prepare('INSERT INTO series (measurement, field, tags, type) VALUES (?, ?, ?, ?)')
        .run(owner, field, tags, type)
      series.id = Number(added.lastInsertRowid)
      this.#seriesCount += 1
    }
    series.oldest = Math.max(rawFrom, rawMs === 0 ? -Infinity : oldestKept(nowMs, rawMs))
    return series
  }

  #measurement(name: string): { id: number; rawMs: number; rawFrom: number } {
    const known = this.#measurements.get(name)
    if (known !== undefined) return known
    const { rawMs, minuteMs: minute, hourMs: hour } = this.#retentionOf(name)
    const row = this.#database
      .prepare(
        `INSERT INTO measurement (name, raw_ms, minute_ms, hour_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET raw_ms = excluded.raw_ms, minute_ms = excluded.minute_ms,
         hour_ms = excluded.hour_ms RETURNING id, raw_from`,
      )
      .get(name, rawMs, minute, hour)
    const rawFrom = Number(row?.['raw_from'] ?? -Infinity)
    const added = { id: Number(row?.['id']), rawMs, rawFrom }
    this.#measurements.set(name, added)
    return added
  }

  #retentionOf(measurement: string): Retention {
    const given = this.#retentions
    if ('rawMs' in given) return given
    return given.get(measurement) ?? forEver
  }

  #expectRoom(): void {
    const { bytesMax } = this.#limits
    if (bytesMax === 0 || this.#usedBytes() <= bytesMax * 1.2) return
    throw new StoreError(
      'STORE_FULL',
      `The store holds more than ${Math.round(bytesMax / 1e6)} MB; old points are being removed.`,
    )
  }

  #usedBytes(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  }

  #inTransaction<Result>(run: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = run()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#forgetSeries()
      throw error
    }
  }

  /** What was learnt in a transaction that is undone, or before series were removed, is not so. */
  #forgetSeries(): void {
    this.#measurements.clear()
    for (const series of this.#series.values()) {
      series.id = undefined
      series.type = series.definition.type
      series.dirtyMinute = -Infinity
    }
    this.#seriesCount = this.#countSeries()
  }

  #forgetDirty(): void {
    for (const series of this.#series.values()) series.dirtyMinute = -Infinity
  }

  #countSeries(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM series').get()?.['count'])
  }
}

/** Points older than this are gone, or about to go: whole hours. */
function oldestKept(nowMs: number, rawMs: number): number {
  return Math.floor((nowMs - rawMs) / hourMs) * hourMs
}

function typeFrom(value: unknown): ValueType {
  return value === 'boolean' || value === 'text' ? value : 'number'
}

const typeWords = { number: 'numbers', boolean: 'true and false', text: 'text' } as const

function wrongType({ measurement, field, type }: SeriesDefinition, stored: ValueType) {
  const message = `The field "${field}" of "${measurement}" holds ${typeWords[stored]} here, and the message gives ${typeWords[type]}.`
  return { code: 'STORE_TYPE_CONFLICT', message }
}

function tooManySeries(most: number) {
  const message = `The store has ${most} series already. Use fewer different tag values.`
  return { code: 'STORE_TOO_MANY_SERIES', message }
}

function unknownSeries(number: number) {
  return { code: 'STORE_FAILED', message: `Series ${number} was not named.` }
}

const badTime = {
  code: 'STORE_BAD_TIME',
  message: 'The time is no time in milliseconds since 1970.',
}

const tooOld = {
  code: 'STORE_TOO_OLD',
  message: 'The point is older than points are kept; see "Keep every point for".',
}

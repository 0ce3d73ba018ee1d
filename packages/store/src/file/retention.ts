import type { DatabaseSync } from 'node:sqlite'
import { hourMs, minuteMs } from '../point.ts'
import type { Tags } from '../point.ts'

interface Kept {
  readonly isMore: boolean
  /** Whether anything was taken away. */
  readonly hasCut: boolean
}

const tables = [
  { table: 'raw', keep: 'raw_ms', from: 'raw_from' },
  { table: 'minute', keep: 'minute_ms', from: 'minute_from' },
  { table: 'hour', keep: 'hour_ms', from: 'hour_from' },
] as const

type TableName = (typeof tables)[number]['table']

/** Measurements looked at in one transaction. */
const cutsAtOnce = 20

/** Takes away what is older than its measurement says, by whole hours. */
export function retain(database: DatabaseSync, nowMs: number): Kept {
  let cuts = 0
  for (const { table, keep, from } of tables) {
    const due = database
      .prepare(
        `SELECT id, CAST((? - ${keep}) / ${hourMs} AS INTEGER) * ${hourMs} AS cut FROM measurement
         WHERE ${keep} > 0 AND coalesce(${from}, -1e18) < CAST((? - ${keep}) / ${hourMs} AS INTEGER) * ${hourMs}
         LIMIT ?`,
      )
      .all(nowMs, nowMs, cutsAtOnce)
    for (const { id, cut } of due) {
      cutBefore(database, { table, measurement: Number(id), time: Number(cut) })
      database.prepare(`UPDATE measurement SET ${from} = ? WHERE id = ?`).run(cut ?? 0, id ?? 0)
    }
    cuts += due.length
    if (cuts >= cutsAtOnce) return { isMore: true, hasCut: true }
  }
  if (cuts > 0) removeEmptySeries(database)
  return { isMore: false, hasCut: cuts > 0 }
}

const keptMs = 10 * minuteMs

/** Takes away the oldest twentieth of the points; of what is rolled up when there are none. */
export function freeSpace(database: DatabaseSync): void {
  for (const { table, from } of tables) {
    const oldest = limitOf(database, table, 'min')
    const newest = limitOf(database, table, 'max')
    if (oldest === undefined || newest === undefined) continue
    // The last minutes stay: without them nothing would be seen at all.
    if (newest - oldest < keptMs) continue
    // What is coarser begins where this ends.
    const unitMs = table === 'raw' ? minuteMs : hourMs
    const time = Math.ceil((oldest + (newest - oldest) / 20) / unitMs) * unitMs
    for (const { id } of database.prepare('SELECT id FROM measurement').all()) {
      cutBefore(database, { table, measurement: Number(id), time })
    }
    database
      .prepare(`UPDATE measurement SET ${from} = max(coalesce(${from}, ?), ?)`)
      .run(time, time)
    return
  }
}

interface Cut {
  readonly table: TableName
  readonly measurement: number
  readonly time: number
}

function cutBefore(database: DatabaseSync, { table, measurement, time }: Cut): void {
  const remove = database.prepare(`DELETE FROM ${table} WHERE series = ? AND time < ?`)
  const clean = database.prepare('DELETE FROM dirty WHERE series = ? AND minute < ?')
  const series = database.prepare('SELECT id FROM series WHERE measurement = ?').all(measurement)
  for (const { id } of series) {
    remove.run(id ?? 0, time)
    // Their points are gone: rolled up again, they would give nothing, or less than there was.
    if (table === 'raw') clean.run(id ?? 0, time)
  }
}

/** One look into the index for each series, as nothing is in order of time alone. */
function limitOf(
  database: DatabaseSync,
  table: TableName,
  which: 'min' | 'max',
): number | undefined {
  const value = database
    .prepare(
      `SELECT ${which}(limit_) AS found FROM
       (SELECT (SELECT ${which}(time) FROM ${table} WHERE series = series.id) AS limit_ FROM series)`,
    )
    .get()?.['found']
  return typeof value === 'number' ? value : undefined
}

/** Takes away all series with that tag, with all of their points. */
export function removeTagged(database: DatabaseSync, [name, value]: Tags[number]): void {
  const tagged = `SELECT series.id FROM series, json_each(series.tags) AS tag
    WHERE json_extract(tag.value, '$[0]') = ? AND json_extract(tag.value, '$[1]') = ?`
  for (const table of ['raw', 'minute', 'hour', 'dirty']) {
    database.prepare(`DELETE FROM ${table} WHERE series IN (${tagged})`).run(name, value)
  }
  removeEmptySeries(database)
}

function removeEmptySeries(database: DatabaseSync): void {
  const { changes } = database
    .prepare(
      `DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM raw WHERE raw.series = series.id)
       AND NOT EXISTS (SELECT 1 FROM minute WHERE minute.series = series.id)
       AND NOT EXISTS (SELECT 1 FROM hour WHERE hour.series = series.id)`,
    )
    .run()
  if (Number(changes) > 0) database.exec('UPDATE generation SET number = number + 1')
}

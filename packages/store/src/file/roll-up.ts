import type { DatabaseSync } from 'node:sqlite'
import { hourMs, minuteMs } from '../point.ts'

/**
 * Rolls up minutes that are dirty and began before a time, and the hours around them, always from
 * the points themselves: doing it again changes nothing. Gives the number of minutes.
 */
export function rollUp(database: DatabaseSync, beforeMs: number, most: number): number {
  database.exec('CREATE TEMP TABLE IF NOT EXISTS due (series INTEGER, minute INTEGER)')
  database.exec('DELETE FROM due')
  const { changes } = database
    .prepare('INSERT INTO due SELECT series, minute FROM dirty WHERE minute <= ? LIMIT ?')
    .run(beforeMs, most)
  if (changes === 0) return 0
  database.exec(minutes)
  database.exec(hours)
  database.exec('DELETE FROM dirty WHERE (series, minute) IN (SELECT series, minute FROM due)')
  return Number(changes)
}

const minutes = `
  INSERT OR REPLACE INTO minute
  SELECT due.series, due.minute, count(*), total(raw.value), min(raw.value), max(raw.value),
    (SELECT value FROM raw AS newest WHERE newest.series = due.series AND newest.time >= due.minute
      AND newest.time < due.minute + ${minuteMs} ORDER BY newest.time DESC LIMIT 1),
    max(raw.time)
  FROM due CROSS JOIN raw
    ON raw.series = due.series AND raw.time >= due.minute AND raw.time < due.minute + ${minuteMs}
  GROUP BY due.series, due.minute`

/** Before the epoch, the rest of a division is negative. */
const hourOfMinute = `due.minute - ((due.minute % ${hourMs}) + ${hourMs}) % ${hourMs}`

const hours = `
  INSERT OR REPLACE INTO hour
  SELECT touched.series, touched.hour, sum(minute.count), total(minute.sum), min(minute.low), max(minute.high),
    (SELECT last FROM minute AS newest WHERE newest.series = touched.series AND newest.time >= touched.hour
      AND newest.time < touched.hour + ${hourMs} ORDER BY newest.time DESC LIMIT 1),
    max(minute.last_time)
  FROM (SELECT DISTINCT due.series, ${hourOfMinute} AS hour FROM due) AS touched CROSS JOIN minute
    ON minute.series = touched.series AND minute.time >= touched.hour AND minute.time < touched.hour + ${hourMs}
  GROUP BY touched.series, touched.hour`

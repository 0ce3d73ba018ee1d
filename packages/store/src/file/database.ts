import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'

/** Raised when what is stored is laid out differently. */
const layout = 1

/**
 * One file a flow. `raw` holds points as they came, `minute` and `hour` what became of them per
 * minute and hour, `dirty` the minutes whose points changed since they were rolled up. Points lie in
 * order of series and time, so that reading a series reads one stretch of the file.
 */
const schema = `
  CREATE TABLE measurement (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    raw_ms REAL NOT NULL DEFAULT 0, minute_ms REAL NOT NULL DEFAULT 0, hour_ms REAL NOT NULL DEFAULT 0,
    raw_from REAL, minute_from REAL, hour_from REAL
  );
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, measurement INTEGER NOT NULL, field TEXT NOT NULL, tags TEXT NOT NULL,
    type TEXT NOT NULL, UNIQUE (measurement, field, tags)
  );
  CREATE TABLE raw (series INTEGER, time INTEGER, value, PRIMARY KEY (series, time)) WITHOUT ROWID;
  CREATE TABLE minute (
    series INTEGER, time INTEGER, count INTEGER, sum REAL, low REAL, high REAL, last REAL, last_time INTEGER,
    PRIMARY KEY (series, time)
  ) WITHOUT ROWID;
  CREATE TABLE hour (
    series INTEGER, time INTEGER, count INTEGER, sum REAL, low REAL, high REAL, last REAL, last_time INTEGER,
    PRIMARY KEY (series, time)
  ) WITHOUT ROWID;
  CREATE TABLE dirty (series INTEGER, minute INTEGER, PRIMARY KEY (series, minute)) WITHOUT ROWID;
  CREATE TABLE generation (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
  INSERT INTO generation VALUES (1, 1);
`

/** Between commits the write-ahead log is kept to about this size. */
const walBytesMax = 8 * 2 ** 20
/** So long a writer waits for another one of the same file, which blocks its own thread alone. */
const busyMs = 5_000

/** Opens the file for writing, creating it where there is none. A commit is on disk when it returns. */
export function openForWriting(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: busyMs })
  try {
    database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`PRAGMA journal_size_limit = ${walBytesMax}; PRAGMA cache_size = -16384`)
    database.exec('BEGIN IMMEDIATE')
    const found = layoutOf(database)
    if (found === 0) database.exec(`${schema} PRAGMA user_version = ${layout}`)
    database.exec('COMMIT')
    if (found !== 0) expectLayout(found)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Undefined where there is no file, or nothing in it yet. */
export function openForReading(path: string): DatabaseSync | undefined {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  const database = new DatabaseSync(path, { readOnly: true, timeout: busyMs })
  try {
    const found = layoutOf(database)
    if (found !== 0) {
      expectLayout(found)
      // There may be a file for each of hundreds of flows.
      database.exec('PRAGMA cache_size = -4096')
      return database
    }
  } catch (error) {
    database.close()
    throw error
  }
  database.close()
  return undefined
}

function layoutOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

function expectLayout(found: number): void {
  if (found === layout) return
  throw new StoreError(
    'STORE_LAYOUT',
    `The file has layout ${found}, and this version knows ${layout}.`,
  )
}

/** Bytes on disk: the file, its write-ahead log and the index of that. */
export function databaseBytes(path: string): number {
  return ['', '-wal', '-shm'].reduce((sum, suffix) => {
    return sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}

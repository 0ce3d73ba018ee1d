import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Raised when what is stored is laid out differently. */
const layout = 1

const schema = `
  CREATE TABLE IF NOT EXISTS epoch (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, stored_at REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS node (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, version INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS map (id INTEGER PRIMARY KEY, node TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (node, name));
  CREATE TABLE IF NOT EXISTS state (map INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (map, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS held (id INTEGER PRIMARY KEY, node TEXT NOT NULL, input INTEGER NOT NULL, message BLOB NOT NULL);
`

/** Between commits the write-ahead log is kept to about this size. */
const walBytesMax = 8 * 2 ** 20

/** At most; a transaction that does not fit is written twice. */
const cacheKilobytes = 16_384

/** The files of a database: the file itself, its write-ahead log and the index of that. */
export function databaseFiles(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-shm`]
}

/** Bytes on disk of the database. */
export function databaseBytes(path: string): number {
  return databaseFiles(path).reduce((sum, file) => sum + sizeOf(file), 0)
}

/**
 * Opens the database for writing, creating it where there is none. Each transaction is on disk
 * before its commit returns. Throws where the file is no database of this layout, or is damaged.
 */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const isNew = !existsSync(path)
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(`PRAGMA journal_size_limit = ${walBytesMax}; PRAGMA cell_size_check = ON`)
    database.exec(`PRAGMA cache_size = -${cacheKilobytes}`)
    if (isNew) database.exec(`BEGIN; ${schema} PRAGMA user_version = ${layout}; COMMIT`)
    else checkDatabase(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function checkDatabase(database: DatabaseSync): void {
  const found = database.prepare('PRAGMA user_version').get()?.['user_version']
  // Killed between its creation and its first transaction, it is empty.
  if (found === 0) database.exec(`BEGIN; ${schema} PRAGMA user_version = ${layout}; COMMIT`)
  else if (found !== layout) throw new Error(`It has layout ${String(found)}, not ${layout}.`)
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (verdict !== 'ok') throw new Error(`It is damaged: ${String(verdict)}`)
}

/** Takes a database that cannot be read out of the way, for a person to look at. Gives its new place. */
export function moveAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  const aside = path.replace(/\.sqlite$/, `.unreadable-${stamp}.sqlite`)
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

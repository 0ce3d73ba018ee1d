import { existsSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EpochChanges, EpochStore, HeldMessage, StateKey, StoredEpoch } from '@millrace/engine'
import { databaseBytes, moveAside, openDatabase } from './epoch-database.ts'
import { keyOf, storedKey, storedValue, valueOf } from './stored-value.ts'

export interface EpochStoreOptions {
  /** Ends in `.sqlite`. Its folder is made where there is none. */
  readonly path: string
  readonly now: () => number
  /** Told in a sentence when what was stored cannot be read; it was moved aside then. */
  onUnreadable(problem: string): void
  /** Called again and again while much is read or written. */
  onProgress?(): void
}

/** Values that are read or written from one word of progress to the next. */
const progressValues = 5_000

/** Epochs of one deployment in an SQLite file; the file appears with the first epoch. */
export class SqliteEpochStore implements EpochStore {
  private readonly options: EpochStoreOptions
  private database: Database | undefined
  private readonly progress = (): void => this.options.onProgress?.()

  constructor(options: EpochStoreOptions) {
    this.options = options
    if (existsSync(options.path)) this.database = this.openOld()
  }

  /** Bytes on disk. */
  get bytes(): number {
    return databaseBytes(this.options.path)
  }

  last(): StoredEpoch | undefined {
    return this.database?.last()
  }

  entries(node: string, map: string): Iterable<readonly [StateKey, unknown]> {
    return this.database?.entries(node, map, this.progress) ?? []
  }

  value(node: string, map: string, key: StateKey): unknown {
    return this.database?.value(node, map, key)
  }

  maps(node: string): readonly string[] {
    return this.database?.maps(node) ?? []
  }

  commit(changes: EpochChanges): void {
    this.database ??= new Database(openDatabase(this.options.path))
    this.database.commit(changes, this.options.now(), this.progress)
  }

  canStore(value: unknown): boolean {
    try {
      storedValue(value)
      return true
    } catch {
      return false
    }
  }

  close(): void {
    this.database?.close()
    this.database = undefined
  }

  private openOld(): Database | undefined {
    const { path, now, onUnreadable } = this.options
    let database: Database | undefined
    try {
      database = new Database(openDatabase(path))
      // Held messages are read whole at the start, so damage in them shows here.
      database.last()
      return database
    } catch (error) {
      if (!isDamage(error)) throw error
      database?.close()
      const aside = moveAside(path, now())
      const why = error instanceof Error ? error.message : String(error)
      onUnreadable(`The stored state cannot be read (${why}). It was moved to ${aside}.`)
      return undefined
    }
  }
}

/** Another process that has the file, or a full disk, says nothing about what is stored. */
function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 0 || code === sqlite.corrupt || code === sqlite.notADatabase || code === 1
}

const sqlite = { corrupt: 11, notADatabase: 26 }

/** The open database with its prepared statements. */
class Database {
  private readonly database: DatabaseSync
  private readonly statements: Statements
  private mapIds = new Map<string, Map<string, number>>()

  constructor(database: DatabaseSync) {
    this.database = database
    this.statements = prepare(database)
    this.readMapIds()
  }

  last(): StoredEpoch | undefined {
    const epoch = this.statements.epoch.get()?.['number']
    if (typeof epoch !== 'number') return undefined
    const nodes = this.statements.nodes.all().map((row) => ({
      node: String(row['name']),
      type: String(row['type']),
      version: Number(row['version']),
    }))
    return { epoch, nodes, held: this.statements.heldMessages.all().map(heldOf) }
  }

  *entries(
    node: string,
    map: string,
    progress: () => void,
  ): Iterable<readonly [StateKey, unknown]> {
    const id = this.mapIds.get(node)?.get(map)
    if (id === undefined) return
    // A statement of its own, as somebody may read two maps at a time.
    let count = 0
    for (const row of this.database.prepare(entriesOfMap).iterate(id)) {
      if ((count += 1) % progressValues === 0) progress()
      yield [keyOf(row['key']), valueOf(row['value'])]
    }
  }

  value(node: string, map: string, key: StateKey): unknown {
    const id = this.mapIds.get(node)?.get(map)
    const row = id === undefined ? undefined : this.statements.value.get(id, storedKey(key))
    return row === undefined ? undefined : valueOf(row['value'])
  }

  maps(node: string): readonly string[] {
    return [...(this.mapIds.get(node)?.keys() ?? [])]
  }

  commit(changes: EpochChanges, nowMs: number, progress: () => void): void {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      this.write(changes, progress)
      this.statements.setEpoch.run(changes.epoch, nowMs)
      this.database.exec('COMMIT')
    } catch (error) {
      // A full disk may have rolled back already.
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      this.readMapIds()
      throw error
    }
  }

  close(): void {
    this.database.close()
  }

  private write(
    { removed, nodes, state, held, released }: EpochChanges,
    progress: () => void,
  ): void {
    const { statements } = this
    let count = 0
    for (const node of removed) this.remove(node)
    for (const { node, type, version } of nodes) statements.setNode.run(node, type, version)
    for (const { node, map, key, value } of state) {
      if ((count += 1) % progressValues === 0) progress()
      const id = this.mapIds.get(node)?.get(map) ?? this.addMap(node, map)
      if (value === undefined) statements.deleteValue.run(id, storedKey(key))
      else statements.setValue.run(id, storedKey(key), storedValue(value))
    }
    for (const { id, node, input, message } of held) {
      statements.hold.run(id, node, input, storedValue(message))
    }
    for (const id of released) statements.release.run(id)
  }

  private remove(node: string): void {
    const { statements } = this
    for (const id of this.mapIds.get(node)?.values() ?? []) statements.clearMap.run(id)
    statements.dropMaps.run(node)
    statements.dropHeld.run(node)
    statements.dropNode.run(node)
    this.mapIds.delete(node)
  }

  private addMap(node: string, map: string): number {
    const id = Number(this.statements.addMap.run(node, map).lastInsertRowid)
    this.noteMap(node, map, id)
    return id
  }

  private readMapIds(): void {
    this.mapIds = new Map()
    for (const { id, node, name } of this.statements.maps.all()) {
      this.noteMap(String(node), String(name), Number(id))
    }
  }

  private noteMap(node: string, map: string, id: number): void {
    const maps = this.mapIds.get(node) ?? new Map<string, number>()
    this.mapIds.set(node, maps.set(map, id))
  }
}

const entriesOfMap = 'SELECT key, value FROM state WHERE map = ?'

type Statements = Readonly<Record<keyof typeof texts, StatementSync>>

const texts = {
  epoch: 'SELECT number FROM epoch',
  setEpoch: 'INSERT OR REPLACE INTO epoch (one, number, stored_at) VALUES (1, ?, ?)',
  nodes: 'SELECT name, type, version FROM node ORDER BY id',
  setNode:
    'INSERT INTO node (name, type, version) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET type = excluded.type, version = excluded.version',
  dropNode: 'DELETE FROM node WHERE name = ?',
  maps: 'SELECT id, node, name FROM map ORDER BY id',
  addMap: 'INSERT INTO map (node, name) VALUES (?, ?)',
  dropMaps: 'DELETE FROM map WHERE node = ?',
  value: 'SELECT value FROM state WHERE map = ? AND key = ?',
  setValue: 'INSERT OR REPLACE INTO state (map, key, value) VALUES (?, ?, ?)',
  deleteValue: 'DELETE FROM state WHERE map = ? AND key = ?',
  clearMap: 'DELETE FROM state WHERE map = ?',
  heldMessages: 'SELECT id, node, input, message FROM held ORDER BY id',
  hold: 'INSERT OR REPLACE INTO held (id, node, input, message) VALUES (?, ?, ?, ?)',
  release: 'DELETE FROM held WHERE id = ?',
  dropHeld: 'DELETE FROM held WHERE node = ?',
} as const

function prepare(database: DatabaseSync): Statements {
  const prepared = Object.entries(texts).map(([name, text]) => [name, database.prepare(text)])
  // One statement for each text.
  return Object.fromEntries(prepared) as Statements
}

function heldOf(row: Readonly<Record<string, unknown>>): HeldMessage {
  return {
    id: Number(row['id']),
    node: String(row['node']),
    input: Number(row['input']),
    message: valueOf(row['message']),
  }
}

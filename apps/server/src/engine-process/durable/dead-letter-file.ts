import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import type { DeadLetter } from '@millrace/engine'

/** A letter as it is kept. */
export interface KeptLetter extends DeadLetter {
  readonly number: number
  /** What a person made of the message; it is what is given to the node again. */
  readonly fixed?: unknown
}

export interface LetterLimits {
  readonly letters: number
  readonly bytes: number
}

/** Over these the oldest letters go. */
export const usualLetterLimits: LetterLimits = { letters: 10_000, bytes: 64 * 2 ** 20 }

const schema = `
  CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, input INTEGER NOT NULL,
    code TEXT NOT NULL, reason TEXT NOT NULL, failed_at REAL NOT NULL, attempts INTEGER NOT NULL,
    message BLOB NOT NULL, fixed BLOB);
  CREATE TABLE IF NOT EXISTS dropped (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL);
  INSERT OR IGNORE INTO dropped VALUES (1, 0);
`

/** How long one process waits for the other to finish its transaction. */
const waitMs = 2_000

/**
 * The dead letters of one flow, in a file of their own beside its state. The thread that runs the
 * flow adds, the server looks and changes: each transaction is on disk before it returns.
 */
export class DeadLetterFile {
  private readonly database: DatabaseSync
  private readonly limits: LetterLimits

  constructor(path: string, limits: LetterLimits = usualLetterLimits) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.limits = limits
    this.database = new DatabaseSync(path)
    this.database.exec(`PRAGMA busy_timeout = ${waitMs}`)
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    this.database.exec(schema)
  }

  /** Stores all of them or, throwing, none; gives how many old ones had to go. */
  add(letters: readonly DeadLetter[]): number {
    return this.transact(() => {
      const insert = this.database.prepare(
        'INSERT INTO letter (node, input, code, reason, failed_at, attempts, message) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      for (const { node, input, error, failedAt, attempts, message } of letters) {
        insert.run(node, input, error.code, error.message, failedAt, attempts, bytesOf(message))
      }
      return this.makeRoom()
    })
  }

  /** The newest first, at most `limit` of those before the number. */
  list({ before = Number.MAX_SAFE_INTEGER, limit }: ListOptions): readonly KeptLetter[] {
    return this.database
      .prepare('SELECT * FROM letter WHERE number < ? ORDER BY number DESC LIMIT ?')
      .all(before, limit)
      .map(letterOf)
  }

  get(number: number): KeptLetter | undefined {
    const row = this.database.prepare('SELECT * FROM letter WHERE number = ?').get(number)
    return row && letterOf(row)
  }

  counts(): { readonly kept: number; readonly dropped: number } {
    const kept = this.database.prepare('SELECT count(*) AS n FROM letter').get()?.['n']
    const dropped = this.database.prepare('SELECT count AS n FROM dropped').get()?.['n']
    return { kept: Number(kept ?? 0), dropped: Number(dropped ?? 0) }
  }

  /** The original stays as it is. False where there is no such letter. */
  fix(number: number, message: unknown): boolean {
    const update = this.database.prepare('UPDATE letter SET fixed = ? WHERE number = ?')
    return update.run(bytesOf(message), number).changes > 0
  }

  /** Without numbers all go. Gives how many went. */
  remove(numbers?: readonly number[]): number {
    if (numbers === undefined)
      return Number(this.database.prepare('DELETE FROM letter').run().changes)
    const remove = this.database.prepare('DELETE FROM letter WHERE number = ?')
    return this.transact(() =>
      numbers.reduce((sum, number) => sum + Number(remove.run(number).changes), 0),
    )
  }

  close(): void {
    this.database.close()
  }

  private makeRoom(): number {
    const { letters, bytes } = this.limits
    const total = this.database.prepare(
      'SELECT count(*) AS n, total(length(message)) AS b FROM letter',
    )
    const oldest = this.database.prepare(
      'DELETE FROM letter WHERE number IN (SELECT number FROM letter ORDER BY number LIMIT ?)',
    )
    let gone = 0
    for (let row = total.get(); row !== undefined; row = total.get()) {
      const [count, size] = [Number(row['n']), Number(row['b'])]
      if (count <= letters && (size <= bytes || count <= 1)) break
      // By a tenth at a time where they are too long, so that it does not come again at once.
      const some = Math.max(1, count - letters, size > bytes ? Math.floor(count / 10) : 0)
      gone += Number(oldest.run(some).changes)
    }
    if (gone > 0) this.database.prepare('UPDATE dropped SET count = count + ?').run(gone)
    return gone
  }

  private transact<Result>(task: () => Result): Result {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const result = task()
      this.database.exec('COMMIT')
      return result
    } catch (error) {
      this.database.exec('ROLLBACK')
      throw error
    }
  }
}

export interface ListOptions {
  readonly before?: number | undefined
  readonly limit: number
}

export function lettersFile(stateFolder: string, flow: string): string {
  return join(stateFolder, `${flow}.letters.sqlite`)
}

export function hasLetters(stateFolder: string, flow: string): boolean {
  return existsSync(lettersFile(stateFolder, flow))
}

/** What cannot be kept as it is, such as a message with a function in it, is kept as JSON has it. */
function bytesOf(message: unknown): Uint8Array {
  try {
    return serialize(message)
  } catch {
    return serialize(JSON.parse(JSON.stringify(message) ?? 'null'))
  }
}

function letterOf(row: Record<string, unknown>): KeptLetter {
  const { fixed } = row
  return {
    number: Number(row['number']),
    node: String(row['node']),
    input: Number(row['input']),
    error: { code: String(row['code']), message: String(row['reason']) },
    failedAt: Number(row['failed_at']),
    attempts: Number(row['attempts']),
    message: valueOf(row['message']),
    ...(fixed !== null && { fixed: valueOf(fixed) }),
  }
}

function valueOf(stored: unknown): unknown {
  return stored instanceof Uint8Array ? deserialize(stored) : undefined
}

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isRecord, secretKey } from '@millrace/flow'
import type { SecretInfo } from '@millrace/protocol'
import type { AtomicFiles } from './atomic-files.ts'
import { readJsonFile } from './json-file.ts'
import { openSecret, sealSecret } from './secret-box.ts'
import type { SealedSecret } from './secret-box.ts'
import { isAbsent, StorageError } from './storage-error.ts'

interface StoredSecret extends SecretInfo, SealedSecret {}

const keyBytes = 32

/**
 * `secrets.json`, encrypted with the key in `secret.key`; both readable by their owner alone. A
 * value leaves only towards a deployment. Where the key does not fit, secrets cannot be read or
 * set, and the file stays as it is.
 */
export class SecretFile {
  readonly #files: AtomicFiles
  readonly #path: string
  readonly #keyPath: string
  #key: Uint8Array | null = null
  #stored: ReadonlyMap<string, StoredSecret> = new Map()
  #keys: ReadonlySet<string> = new Set()
  #failure: StorageError | null = null
  /** Settles when the last change is through. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(files: AtomicFiles, userDirectory: string) {
    this.#files = files
    this.#path = join(userDirectory, 'secrets.json')
    this.#keyPath = join(userDirectory, 'secret.key')
  }

  /** Gives the reason where the secrets cannot be read; everything else goes on without them. */
  async open(): Promise<StorageError | null> {
    try {
      const stored = readStored(await readJsonFile(this.#files, this.#path), this.#path)
      this.#key = await this.#readKey(stored.length > 0)
      for (const secret of stored) this.#decrypt(secret)
      this.#keep(new Map(stored.map((secret) => [keyOf(secret), secret])))
    } catch (error) {
      this.#failure = error instanceof StorageError ? error : unreadable(String(error))
    }
    return this.#failure
  }

  list(): readonly SecretInfo[] {
    return [...this.#stored.values()].map(({ owner, field, setAt }) => ({ owner, field, setAt }))
  }

  /** By `secretKey`; a new set whenever something changed. */
  keys(): ReadonlySet<string> {
    return this.#keys
  }

  /** When a secret was set; tells whether it changed. */
  setAt(owner: string, field: string): number | undefined {
    return this.#stored.get(secretKey(owner, field))?.setAt
  }

  /** The values of one owner by field. Throws `SECRETS_UNREADABLE`. */
  valuesOf(owner: string): Readonly<Record<string, string>> {
    const own = [...this.#stored.values()].filter((secret) => secret.owner === owner)
    return Object.fromEntries(own.map((secret) => [secret.field, this.#decrypt(secret)]))
  }

  set(secret: SecretInfo & { readonly value: string }): Promise<void> {
    const { owner, field, setAt, value } = secret
    return this.#inTurn(async () => {
      const sealed = sealSecret(await this.#usableKey(), value, belongsTo(owner, field))
      const wanted = new Map(this.#stored)
      wanted.set(secretKey(owner, field), { owner, field, setAt, ...sealed })
      await this.#write(wanted)
    })
  }

  async remove(owner: string, field: string): Promise<void> {
    await this.#removeWhere((secret) => secret.owner === owner && secret.field === field)
  }

  async removeOwners(isGone: (owner: string) => boolean): Promise<void> {
    await this.#removeWhere((secret) => isGone(secret.owner))
  }

  #removeWhere(isGone: (secret: StoredSecret) => boolean): Promise<void> {
    return this.#inTurn(async () => {
      const kept = [...this.#stored].filter(([, secret]) => !isGone(secret))
      if (kept.length < this.#stored.size) await this.#write(new Map(kept))
    })
  }

  /** Each change begins with what the one before it left, and with its key. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#last.then(change)
    this.#last = done.catch(() => undefined)
    return done
  }

  async #write(wanted: ReadonlyMap<string, StoredSecret>): Promise<void> {
    if (this.#failure) throw this.#failure
    const secrets = [...wanted.values()].toSorted((one, other) =>
      keyOf(one) < keyOf(other) ? -1 : 1,
    )
    await this.#files.write(this.#path, `${JSON.stringify({ secrets }, null, 2)}\n`)
    this.#keep(wanted)
  }

  #keep(stored: ReadonlyMap<string, StoredSecret>): void {
    this.#stored = stored
    this.#keys = new Set(stored.keys())
  }

  /** The first secret brings the key. */
  async #usableKey(): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure
    this.#key ??= await this.#makeKey()
    return this.#key
  }

  #decrypt(secret: StoredSecret): string {
    if (!this.#key) throw unreadable('there is no key')
    try {
      return openSecret(this.#key, secret, belongsTo(secret.owner, secret.field))
    } catch {
      throw unreadable(
        `${secret.field} of ${secret.owner} does not open: the key in ${this.#keyPath} is another one, or the file was changed`,
      )
    }
  }

  async #readKey(isNeeded: boolean): Promise<Uint8Array | null> {
    try {
      const key = Buffer.from((await this.#files.read(this.#keyPath)).trim(), 'base64')
      if (key.length === keyBytes) return key
      throw unreadable(`${this.#keyPath} is no key`)
    } catch (error) {
      if (!isAbsent(error)) throw error
      if (isNeeded) throw unreadable(`their key ${this.#keyPath} is gone; bring it back`)
      return null
    }
  }

  async #makeKey(): Promise<Uint8Array> {
    const key = randomBytes(keyBytes)
    await this.#files.write(this.#keyPath, `${key.toString('base64')}\n`)
    return key
  }
}

function unreadable(reason: string): StorageError {
  return new StorageError('SECRETS_UNREADABLE', `The secrets cannot be read: ${reason}`)
}

function keyOf(secret: StoredSecret): string {
  return secretKey(secret.owner, secret.field)
}

function belongsTo(owner: string, field: string): string {
  return `millrace 1 ${secretKey(owner, field)}`
}

function readStored(value: unknown, path: string): readonly StoredSecret[] {
  if (value === undefined) return []
  const list = isRecord(value) ? value['secrets'] : undefined
  if (!Array.isArray(list) || !list.every(isStored)) throw unreadable(`${path} was changed`)
  return list
}

function isStored(value: unknown): value is StoredSecret {
  if (!isRecord(value) || typeof value['setAt'] !== 'number') return false
  return ['owner', 'field', 'nonce', 'sealed', 'tag'].every((key) => typeof value[key] === 'string')
}

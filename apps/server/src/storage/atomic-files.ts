import { dirname, join } from 'node:path'
import type { Content, Disk } from './disk.ts'
import { StorageError } from './storage-error.ts'

const temporarySuffix = '.tmp'

/**
 * Files that are written whole or not at all: a power cut leaves the old or the new one. Writes to
 * one path happen one after the other, in the order in which they were asked for.
 */
export class AtomicFiles {
  readonly #disk: Disk
  readonly #isOwner: boolean
  readonly #last = new Map<string, Promise<void>>()
  #count = 0

  /** Only the owner of the directory may remove what it takes for left over. */
  constructor(disk: Disk, options: { readonly isOwner: boolean }) {
    this.#disk = disk
    this.#isOwner = options.isOwner
  }

  read(path: string): Promise<string> {
    return this.#disk.read(path)
  }

  readStart(path: string, bytes: number): Promise<string> {
    return this.#disk.readStart(path, bytes)
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#disk.list(folder)
  }

  /** Another one whenever somebody wrote to the file; undefined where there is none. */
  stamp(path: string): Promise<string | undefined> {
    return this.#disk.stamp(path)
  }

  /** Bytes of a file, or of all files below a folder; 0 where there is nothing. */
  size(path: string): Promise<number> {
    return this.#disk.size(path)
  }

  /** Tells of files of a folder that may have changed, but for those that are being written. */
  watch(folder: string, onChange: (name: string) => void): () => void {
    return this.#disk.watch(folder, (name) => {
      if (!name.endsWith(temporarySuffix)) onChange(name)
    })
  }

  /** Makes a folder, and removes what an interrupted write left in it. */
  async openFolder(folder: string): Promise<void> {
    if (!this.#isOwner) return
    await this.#disk.makeFolder(folder)
    const names = await this.#disk.list(folder)
    const left = names.filter((name) => name.endsWith(temporarySuffix))
    await Promise.all(left.map((name) => this.#disk.remove(join(folder, name))))
  }

  /** Rejects with `STORAGE_WRITE_FAILED`; then the old file is as it was. */
  write(path: string, content: Content): Promise<void> {
    return this.#inOrder(path, () => this.#replace(path, content))
  }

  remove(path: string): Promise<void> {
    return this.#inOrder(path, async () => {
      await this.#disk.remove(path)
      await this.#disk.syncFolder(dirname(path))
    })
  }

  /** Settles when all that was asked for is written or failed. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#last.values())
  }

  #inOrder(path: string, run: () => Promise<void>): Promise<void> {
    const before = this.#last.get(path) ?? Promise.resolve()
    const done = before.then(run, run)
    this.#last.set(path, done)
    const forget = () => {
      if (this.#last.get(path) === done) this.#last.delete(path)
    }
    done.then(forget, forget)
    return done
  }

  async #replace(path: string, content: Content): Promise<void> {
    this.#count += 1
    const temporary = `${path}.${this.#count}${temporarySuffix}`
    try {
      await this.#disk.create(temporary, content)
      await this.#disk.rename(temporary, path)
      await this.#disk.syncFolder(dirname(path))
    } catch (error) {
      await this.#disk.remove(temporary).catch(() => undefined)
      throw new StorageError(
        'STORAGE_WRITE_FAILED',
        `Could not write ${path}: ${reason(error)}`,
        error,
      )
    }
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM') return 'writing is not allowed there'
  if (code === 'EROFS') return 'the disk is read-only'
  return error instanceof Error ? error.message : String(error)
}

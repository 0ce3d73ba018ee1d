import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { databaseBytes, openForReading } from './database.ts'
import { StoreReaderFile } from './store-reader-file.ts'
import { toStoreError } from '../store-error.ts'

interface OpenFile {
  readonly file: StoreReaderFile
  /** Another one for another file of the same name. */
  readonly inode: number
}

/** The file of what chart nodes drew; no flow is called so. */
export const chartStore = '_charts'

/** The files of all flows, each known by the name of its flow. */
export class StoreFolder {
  readonly path: string
  readonly #open = new Map<string, OpenFile>()
  /** Raised whenever series that were known are gone. */
  generation = 0
  readonly #snapshots = new Set<StoreReaderFile>()

  constructor(path: string) {
    this.path = path
  }

  /** Whatever is read of a file in here is read as it was at one moment. */
  inSnapshot<Result>(run: () => Result): Result {
    try {
      return run()
    } finally {
      for (const file of this.#snapshots) file.end()
      this.#snapshots.clear()
    }
  }

  names(): readonly string[] {
    const names = statSync(this.path, { throwIfNoEntry: false }) ? readdirSync(this.path) : []
    return names
      .filter((name) => name.endsWith('.sqlite'))
      .map((name) => name.slice(0, -'.sqlite'.length))
      .toSorted()
  }

  /** The file of a flow, up to date; undefined where there is none, or nothing in it yet. */
  file(name: string): StoreReaderFile | undefined {
    const path = join(this.path, `${name}.sqlite`)
    const inode = statSync(path, { throwIfNoEntry: false })?.ino
    const known = this.#open.get(name)
    if (known !== undefined && known.inode !== inode) this.#close(name)
    const file = this.#open.get(name)?.file ?? this.#openFile(name, path, inode)
    if (file === undefined || this.#snapshots.has(file)) return file
    file.begin()
    this.#snapshots.add(file)
    if (file.refresh()) this.generation += 1
    return file
  }

  /** All files that can be read; one that is damaged does not keep the others from it. */
  files(): readonly (readonly [string, StoreReaderFile])[] {
    return this.names().flatMap((name) => {
      try {
        const file = this.file(name)
        return file === undefined ? [] : [[name, file] as const]
      } catch (error) {
        if (toStoreError(error).code !== 'STORE_DAMAGED') throw error
        return []
      }
    })
  }

  bytes(name: string): number {
    return databaseBytes(join(this.path, `${name}.sqlite`))
  }

  #openFile(name: string, path: string, inode: number | undefined): StoreReaderFile | undefined {
    const database = openForReading(path)
    if (database === undefined) return undefined
    const file = new StoreReaderFile(database)
    this.#open.set(name, { file, inode: inode ?? 0 })
    return file
  }

  #close(name: string): void {
    const file = this.#open.get(name)?.file
    if (file !== undefined) this.#snapshots.delete(file)
    file?.close()
    this.#open.delete(name)
    this.generation += 1
  }
}

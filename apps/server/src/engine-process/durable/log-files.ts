import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'

/** The few things that an ingest log does with a disk; tests replace it to let it fail. */
export interface LogFiles {
  /** Names in a folder; none where there is no folder. */
  list(folder: string): readonly string[]
  makeFolder(folder: string): void
  /** For reading and writing; creates it where there is none. */
  open(path: string): LogFile
  remove(path: string): void
  /** Waits until the disk has the entries of a folder. */
  syncFolder(folder: string): void
}

export interface LogFile {
  size(): number
  /** Fills as much of the buffer as there is; gives how much that was. */
  read(into: Uint8Array, at: number): number
  write(bytes: Uint8Array, at: number): Promise<void>
  writeNow(bytes: Uint8Array, at: number): void
  sync(): Promise<void>
  syncNow(): void
  truncate(size: number): void
  close(): void
}

export const realLogFiles: LogFiles = {
  list: listFolder,
  makeFolder: (folder) => void mkdirSync(folder, { recursive: true, mode: 0o700 }),
  open: (path) => new RealLogFile(path),
  remove: (path) => rmSync(path, { force: true }),
  syncFolder,
}

class RealLogFile implements LogFile {
  private readonly descriptor: number

  constructor(path: string) {
    this.descriptor = openForBoth(path)
  }

  size(): number {
    return fstatSync(this.descriptor).size
  }

  read(into: Uint8Array, at: number): number {
    let done = 0
    while (done < into.length) {
      const count = readSync(this.descriptor, into, done, into.length - done, at + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      // oxlint-disable-next-line no-await-in-loop -- the rest of a write that was cut short
      done += await writePart(this.descriptor, bytes.subarray(done), at + done)
    }
  }

  writeNow(bytes: Uint8Array, at: number): void {
    let done = 0
    while (done < bytes.length) {
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, at + done)
    }
  }

  sync(): Promise<void> {
    return isSyncedByWriting ? done : syncData(this.descriptor)
  }

  syncNow(): void {
    if (!isSyncedByWriting) fdatasyncSync(this.descriptor)
  }

  truncate(size: number): void {
    ftruncateSync(this.descriptor, size)
  }

  close(): void {
    closeSync(this.descriptor)
  }
}

/**
 * Where the platform has it, a write returns once its bytes are on disk, which is as good as syncing
 * after it and saves a trip to the thread pool.
 */
const isSyncedByWriting = process.platform === 'linux'
const forBoth = constants.O_RDWR | (isSyncedByWriting ? constants.O_DSYNC : 0)

const done = Promise.resolve()
const syncData = promisify(fdatasync)

function writePart(descriptor: number, bytes: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, at, (error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}

/** Creates the file where there is none, and truncates none that is there. */
function openForBoth(path: string): number {
  try {
    return openSync(path, forBoth, 0o600)
  } catch (error) {
    if (!isMissing(error)) throw error
    return openSync(path, forBoth | constants.O_CREAT | constants.O_EXCL, 0o600)
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Windows cannot open a folder; there nothing needs to be done. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

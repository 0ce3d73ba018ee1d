import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { NodeError } from '@millrace/sdk'
import { fileId } from './file-id.ts'

/** A file that is open for reading: the same one whatever its name becomes. */
export class OpenFile {
  private readonly descriptor: number

  /** Throws what `open` throws, and a `NodeError` for what is no plain file. */
  constructor(path: string) {
    // Without waiting: a pipe would hold the flow up until somebody writes to it.
    this.descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (fstatSync(this.descriptor).isFile()) return
    closeSync(this.descriptor)
    throw new NodeError('FILE_NOT_PLAIN', `${path} is no plain file.`)
  }

  look(): FileLook {
    return lookOf(fstatSync(this.descriptor, { bigint: true }))
  }

  /** Up to so many bytes from there on; fewer where it ends before. */
  read(position: number, count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count)
    let done = 0
    while (done < count) {
      const read = readSync(this.descriptor, bytes, done, count - done, position + done)
      if (read === 0) break
      done += read
    }
    return bytes.subarray(0, done)
  }

  close(): void {
    closeSync(this.descriptor)
  }
}

/** What tells one file from others, and one state of it from others. */
export interface FileLook {
  /** Stays with a file that is renamed. */
  readonly id: string
  readonly size: number
  readonly modifiedMs: number
  readonly isFile: boolean
}

interface Stats {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  isFile(): boolean
}

export function lookOf(stats: Stats): FileLook {
  return {
    id: fileId(stats),
    size: Number(stats.size),
    // With a fraction: files are often written within the same millisecond.
    modifiedMs: Number(stats.mtimeNs / 1000n) / 1000,
    isFile: stats.isFile(),
  }
}

import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { fileId } from '../files/file-id.ts'

/** The few things done with the file; tests let them fail. */
export interface FileCalls {
  readonly write: (descriptor: number, bytes: Uint8Array, at: number) => number
}

const realCalls: FileCalls = {
  write: (descriptor, bytes, at) => writeSync(descriptor, bytes, 0, bytes.length, at),
}

/**
 * A file that is only ever appended to, and may be taken away or emptied. It should be nobody
 * else's; where others write to it as well, nothing of theirs is overwritten.
 */
export class AppendFile {
  /** Where the next text goes. */
  position = 0
  /** Others have written to it: what is in it from a position on is not ours alone. */
  isShared = false
  private readonly path: string
  private readonly calls: FileCalls
  private descriptor: number | undefined
  private isSynced = true

  constructor(path: string, calls: FileCalls = realCalls) {
    this.path = path
    this.calls = calls
  }

  /** Stays with the file when it is renamed. */
  get id(): string | undefined {
    const { descriptor } = this
    return descriptor === undefined ? undefined : fileId(fstatSync(descriptor, { bigint: true }))
  }

  /** Opens it at that position, taking off what is behind it; at its end where none is given. Gives its descriptor. */
  open(position?: number): number {
    mkdirSync(dirname(this.path), { recursive: true })
    const descriptor = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o640)
    this.descriptor = descriptor
    const { size } = fstatSync(descriptor)
    this.position = position === undefined ? size : Math.min(position, size)
    if (size > this.position) ftruncateSync(descriptor, this.position)
    return descriptor
  }

  /** Writes all of it or nothing, then throws. An empty file gets the heading first. */
  append(text: string, heading = ''): void {
    const descriptor = this.opened()
    const bytes = Buffer.from(this.position === 0 ? heading + text : text)
    let done = 0
    try {
      while (done < bytes.length) {
        done += this.calls.write(descriptor, bytes.subarray(done), this.position + done)
      }
    } catch (error) {
      if (done > 0) ftruncateSync(descriptor, this.position)
      throw error
    }
    this.position += bytes.length
    this.isSynced = false
  }

  /** Waits until the disk has all of it. */
  sync(): void {
    if (this.isSynced || this.descriptor === undefined) return
    fdatasyncSync(this.descriptor)
    this.isSynced = true
  }

  close(): void {
    if (this.descriptor === undefined) return
    closeSync(this.descriptor)
    this.descriptor = undefined
  }

  /** Begins the file anew where somebody took it away, and goes on at its end in any case. */
  private opened(): number {
    const { descriptor } = this
    if (descriptor !== undefined) {
      const { ino, size } = fstatSync(descriptor)
      if (statSync(this.path, { throwIfNoEntry: false })?.ino === ino) {
        this.isShared ||= size > this.position
        this.position = size
        return descriptor
      }
    }
    this.close()
    return this.open()
  }
}

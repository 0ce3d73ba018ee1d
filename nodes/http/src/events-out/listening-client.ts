import type { HttpStream } from '@millrace/sdk'
import type { KeptEvents } from './kept-events.ts'

export interface ListeningOptions {
  readonly stream: HttpStream
  readonly kept: KeptEvents
  readonly bufferBytesMax: number
  /** The number of the last event that it saw; absent where it asks for none of those kept. */
  readonly lastSeen: number | undefined
}

/** A client that listens: it is given what it missed, no faster than it reads, and then what comes. */
export class ListeningClient {
  private readonly options: ListeningOptions
  /** The last event it was given of those it missed; absent once it has them all. */
  private given: number | undefined
  private hasRead = true
  private hasBegun = false
  /** What it was still to be given is kept no more: it has to come anew, to know of it. */
  private isLeftBehind = false

  constructor(options: ListeningOptions) {
    this.options = options
    this.given = options.lastSeen
    this.catchUp()
  }

  /** An event that is kept as well. False where too much waits for it. */
  tell(text: string): boolean {
    if (this.isLeftBehind) return false
    // Its turn comes.
    return this.given !== undefined || this.write(text)
  }

  /** A sign of life. False where it does not read. */
  greet(text: string): boolean {
    if (this.given === undefined) return this.write(text)
    const { hasRead } = this
    this.hasRead = false
    return hasRead && !this.isLeftBehind
  }

  /** It has read something. */
  onDrain(): void {
    this.hasRead = true
    this.catchUp()
  }

  private catchUp(): void {
    if (this.given === undefined) return
    const { stream, kept, bufferBytesMax } = this.options
    for (const { number, text } of kept.after(this.given)) {
      if (stream.bufferedBytes > bufferBytesMax) return
      this.isLeftBehind = this.hasBegun && number > this.given + 1
      if (this.isLeftBehind) return
      stream.write(text)
      this.given = number
      this.hasBegun = true
    }
    this.given = undefined
  }

  private write(text: string): boolean {
    const { stream, bufferBytesMax } = this.options
    if (stream.bufferedBytes > bufferBytesMax) return false
    stream.write(text)
    return true
  }
}

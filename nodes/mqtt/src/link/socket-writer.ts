import type { Duplex } from 'node:stream'

/** Enough for hundreds of small packets; longer ones are written by themselves. */
const bufferBytes = 65_536

/**
 * Gathers all bytes for the broker and writes them once at the end of a turn. It never listens for
 * more than one `drain`, however much is written meanwhile.
 */
export class SocketWriter {
  /** Whether the socket takes in no more for now. */
  isCongested = false
  /** How much of the buffer is filled. */
  length = 0
  private readonly soon: (run: () => void) => void
  private readonly onCongestion: () => void
  private socket: Duplex | undefined
  private bytes = Buffer.allocUnsafeSlow(bufferBytes)
  private isScheduled = false
  private isInTurn = false

  constructor(options: {
    readonly soon: (run: () => void) => void
    /** `isCongested` changed. */
    readonly onCongestion: () => void
  }) {
    this.soon = options.soon
    this.onCongestion = options.onCongestion
  }

  /** What is still in memory, in bytes. */
  get backlog(): number {
    return this.length + (this.socket?.writableLength ?? 0)
  }

  attach(socket: Duplex): void {
    this.detach()
    this.socket = socket
  }

  /** What was not written is gone. */
  detach(): void {
    this.socket = undefined
    this.length = 0
    this.setCongested(false)
  }

  /** Until `endTurn`, nothing is written unless the buffer is full. */
  beginTurn(): void {
    this.isInTurn = true
  }

  endTurn(): void {
    this.isInTurn = false
    if (this.length > 0) this.flush()
  }

  append(bytes: Uint8Array): void {
    if (bytes.length > bufferBytes / 4) {
      this.flush()
      this.writeOut(bytes)
      return
    }
    this.reserve(bytes.length).set(bytes, this.length)
    this.commit(this.length + bytes.length)
  }

  /** Gives a buffer with `room` bytes, at most `roomMax`, from `length` on; `commit` the end. */
  reserve(room: number): Buffer {
    if (this.length + room > bufferBytes) this.flush()
    return this.bytes
  }

  commit(end: number): void {
    this.length = end
    if (this.isInTurn || this.isScheduled) return
    this.isScheduled = true
    this.soon(() => {
      this.isScheduled = false
      this.flush()
    })
  }

  flush(): void {
    if (this.length === 0) return
    const { bytes, length } = this
    this.length = 0
    const isTaken = this.writeOut(length === bufferBytes ? bytes : bytes.subarray(0, length))
    // What the kernel did not take at once is still to be read from this buffer.
    if (!isTaken) this.bytes = Buffer.allocUnsafeSlow(bufferBytes)
  }

  /** Gives whether all of it has left the process. */
  private writeOut(bytes: Uint8Array): boolean {
    const { socket } = this
    if (socket === undefined || socket.destroyed || socket.writableEnded) return true
    if (!socket.write(bytes) && !this.isCongested) this.awaitDrain(socket)
    return socket.writableLength === 0
  }

  private awaitDrain(socket: Duplex): void {
    this.setCongested(true)
    socket.once('drain', () => {
      if (socket === this.socket) this.setCongested(false)
    })
  }

  private setCongested(isCongested: boolean): void {
    if (isCongested === this.isCongested) return
    this.isCongested = isCongested
    this.onCongestion()
  }
}

export const roomMax = bufferBytes / 2

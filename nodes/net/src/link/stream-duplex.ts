import { Duplex } from 'node:stream'
import type { HttpStream, HttpStreamEvents } from '@millrace/sdk'

/** The bytes of a client of the flow's HTTP port as a stream of Node, for those that want one. */
export class StreamDuplex extends Duplex {
  private stream: HttpStream | undefined
  private written: (() => void) | undefined
  /** To be called for what was pushed, once it is read. */
  private untaken: (() => void)[] = []

  constructor() {
    super({ allowHalfOpen: false })
  }

  /** What the stream is to be opened with. */
  readonly events: HttpStreamEvents = {
    onData: (bytes, taken) => {
      if (this.push(bytes)) taken()
      else this.untaken.push(taken)
    },
    onDrain: () => {
      if ((this.stream?.bufferedBytes ?? 0) > ahead) return
      const { written } = this
      this.written = undefined
      written?.()
    },
    onClose: () => {
      this.push(null)
      this.destroy()
    },
  }

  attach(stream: HttpStream): this {
    this.stream = stream
    return this
  }

  override _read(): void {
    for (const taken of this.untaken.splice(0)) taken()
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.stream?.write(chunk)
    if ((this.stream?.bufferedBytes ?? 0) > ahead) this.written = done
    else done()
  }

  /** All that waits at once: frames have their heads in pieces of their own. */
  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done)
  }

  override _final(done: () => void): void {
    this.stream?.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.stream?.destroy()
    done(error)
  }
}

/** Given to the port before its client has taken it. */
const ahead = 262_144

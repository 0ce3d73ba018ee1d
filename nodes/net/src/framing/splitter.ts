import type { Framing } from './framing.ts'
import { ByteQueue } from './byte-queue.ts'

export interface SplitterEvents {
  /** A message; its bytes are good until the next `push`. */
  onFrame(frame: Uint8Array): void
  /** One that is too long or was cut off: how it began, and why. */
  onRefused(start: Uint8Array, why: 'too-long' | 'cut-off'): void
}

/** Takes a stream of bytes apart into messages. Never keeps more than one message and a read. */
export interface Splitter {
  push(chunk: Uint8Array): void
  /** The stream ended; `isClean` when the sender ended it. */
  end(isClean: boolean): void
}

export function openSplitter(
  framing: Framing,
  frameBytesMax: number,
  events: SplitterEvents,
): Splitter {
  switch (framing.kind) {
    case 'delimiter':
      return new DelimiterSplitter(framing, frameBytesMax, events)
    case 'length':
      return new LengthSplitter(framing, frameBytesMax, events)
    case 'fixed': {
      // A number in front that is not there counts the same each time.
      const { frameBytes } = framing
      return new CountSplitter(() => ({ headBytes: 0, frameBytes }), frameBytes, events)
    }
    case 'whole':
      return new WholeSplitter(frameBytesMax, events)
  }
}

/** Of what was refused, so much is shown. */
const shownBytes = 1000

class DelimiterSplitter implements Splitter {
  private readonly delimiter: Buffer
  private readonly isLine: boolean
  private readonly max: number
  private readonly events: SplitterEvents
  private readonly queue = new ByteQueue()
  private searched = 0
  private isSkipping = false

  constructor(
    { delimiter, isLine }: Extract<Framing, { kind: 'delimiter' }>,
    max: number,
    events: SplitterEvents,
  ) {
    this.delimiter = delimiter
    this.isLine = isLine
    this.max = max
    this.events = events
  }

  push(chunk: Uint8Array): void {
    const { queue, delimiter } = this
    queue.append(chunk)
    for (;;) {
      const at = queue.view().indexOf(delimiter, this.searched)
      if (at < 0) break
      this.take(at)
      queue.drop(at + delimiter.length)
      this.searched = 0
    }
    this.searched = Math.max(0, queue.length - delimiter.length + 1)
    if (queue.length > this.max + delimiter.length) this.skip()
  }

  end(isClean: boolean): void {
    const rest = this.queue.length
    if (rest > 0 && !this.isSkipping) {
      if (isClean) this.take(rest)
      else this.events.onRefused(this.queue.view(0, Math.min(rest, shownBytes)), 'cut-off')
    }
    this.queue.drop(rest)
  }

  private take(length: number): void {
    if (this.isSkipping) {
      this.isSkipping = false
      return
    }
    const frame = this.queue.view(0, length)
    if (length > this.max) this.events.onRefused(frame.subarray(0, shownBytes), 'too-long')
    else this.events.onFrame(this.isLine && frame.at(-1) === 0x0d ? frame.subarray(0, -1) : frame)
  }

  private skip(): void {
    const { queue, delimiter } = this
    if (!this.isSkipping) this.events.onRefused(queue.view(0, shownBytes), 'too-long')
    this.isSkipping = true
    // The delimiter may have begun.
    queue.drop(queue.length - delimiter.length + 1)
    this.searched = 0
  }
}

interface Head {
  readonly headBytes: number
  readonly frameBytes: number
}

/** Messages whose length is known before they come. */
class CountSplitter implements Splitter {
  private readonly headOf: (queue: ByteQueue) => Head | undefined
  private readonly max: number
  private readonly events: SplitterEvents
  private readonly queue = new ByteQueue()
  private toSkip = 0

  constructor(headOf: (queue: ByteQueue) => Head | undefined, max: number, events: SplitterEvents) {
    this.headOf = headOf
    this.max = max
    this.events = events
  }

  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.toSkip, chunk.length)
    this.toSkip -= skipped
    this.queue.append(chunk.subarray(skipped))
    while (this.takeOne());
  }

  end(): void {
    const rest = this.queue.length
    if (rest > 0) this.events.onRefused(this.queue.view(0, Math.min(rest, shownBytes)), 'cut-off')
    this.queue.drop(rest)
  }

  private takeOne(): boolean {
    const { queue } = this
    const head = queue.length === 0 ? undefined : this.headOf(queue)
    if (head === undefined) return false
    const { headBytes, frameBytes } = head
    const whole = headBytes + frameBytes
    if (frameBytes > this.max) return this.refuse(whole)
    if (queue.length < whole) return false
    this.events.onFrame(queue.view(headBytes, whole))
    queue.drop(whole)
    return queue.length > 0
  }

  private refuse(whole: number): boolean {
    const { queue } = this
    const here = Math.min(queue.length, whole)
    this.events.onRefused(queue.view(0, Math.min(here, shownBytes)), 'too-long')
    queue.drop(here)
    this.toSkip = whole - here
    return queue.length > 0
  }
}

class LengthSplitter extends CountSplitter {
  constructor(
    { prefixBytes, isLittleEndian, countsItself }: Extract<Framing, { kind: 'length' }>,
    max: number,
    events: SplitterEvents,
  ) {
    const headOf = (queue: ByteQueue): Head | undefined => {
      if (queue.length < prefixBytes) return undefined
      const head = queue.view(0, prefixBytes)
      const count = isLittleEndian
        ? head.readUIntLE(0, prefixBytes)
        : head.readUIntBE(0, prefixBytes)
      // A number that counts itself and is too small for that stands for nothing.
      const frameBytes = Math.max(0, countsItself ? count - prefixBytes : count)
      return { headBytes: prefixBytes, frameBytes }
    }
    super(headOf, max, events)
  }
}

class WholeSplitter implements Splitter {
  private readonly max: number
  private readonly events: SplitterEvents
  private readonly queue = new ByteQueue()
  private isSkipping = false

  constructor(max: number, events: SplitterEvents) {
    this.max = max
    this.events = events
  }

  push(chunk: Uint8Array): void {
    if (this.isSkipping) return
    this.queue.append(chunk)
    if (this.queue.length <= this.max) return
    this.isSkipping = true
    this.events.onRefused(this.queue.view(0, shownBytes), 'too-long')
    this.queue.drop(this.queue.length)
  }

  end(isClean: boolean): void {
    const { length } = this.queue
    if (this.isSkipping || length === 0) return
    if (isClean) this.events.onFrame(this.queue.view())
    else this.events.onRefused(this.queue.view(0, Math.min(length, shownBytes)), 'cut-off')
    this.queue.drop(length)
  }
}

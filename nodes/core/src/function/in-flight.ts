import { NodeError } from '@millrace/sdk'
import type { Clock, Hold, Message, Timers } from '@millrace/sdk'

/** A message whose code has not answered yet. */
export interface Call {
  readonly hold: Hold
  readonly message: Message
  readonly startedAt: number
}

export interface InFlightParts {
  readonly max: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
  hold(): Hold
  resume(hold: Hold, run: () => void): void
  release(hold: Hold, error?: unknown): void
  pressure(isHigh: boolean): void
  fail(error: unknown, message: Message): void
  /** Runs the code for a message that had to wait; its batch is at hand. */
  handle(message: Message): void
}

/** Messages that wait for a free place, for each place. Beyond that they leave by the error port. */
const waitingForEachPlace = 10

/** The messages that a person's code awaits something for: so many at a time, and none for ever. */
export class InFlight {
  private readonly parts: InFlightParts
  /** In the order in which they began, so that the first is the oldest. */
  private readonly calls = new Map<number, Call>()
  private readonly waiting: { readonly hold: Hold; readonly message: Message }[] = []
  private isPressing = false
  private isTimed = false
  private lastCall = 0

  constructor(parts: InFlightParts) {
    this.parts = parts
  }

  get isFull(): boolean {
    return this.calls.size >= this.parts.max
  }

  /** Keeps the message in hand and gives the number of its call. */
  open(message: Message): number {
    this.lastCall += 1
    const startedAt = this.parts.clock.monotonic()
    this.calls.set(this.lastCall, { hold: this.parts.hold(), message, startedAt })
    if (this.isFull) this.press(true)
    this.watch()
    return this.lastCall
  }

  /** The message of a call that is not over. */
  messageOf(call: number): Message | undefined {
    return this.calls.get(call)?.message
  }

  /** Keeps the message in hand until there is a place for it. */
  wait(message: Message): void {
    if (this.waiting.length >= this.parts.max * waitingForEachPlace) {
      throw new NodeError('FUNCTION_BUSY', 'Too many messages wait for the code to answer.')
    }
    this.waiting.push({ hold: this.parts.hold(), message })
  }

  /** Runs `finish` on behalf of the call's message, once; a call that is over is left alone. */
  close(call: number, finish: (message: Message) => void): void {
    const open = this.calls.get(call)
    if (open === undefined) return
    this.calls.delete(call)
    this.parts.resume(open.hold, () => finish(open.message))
    this.parts.release(open.hold)
    this.takeWaiting()
  }

  /** Runs code on behalf of the call's message, or of none when it is over. */
  during(call: number | undefined, run: () => void): void {
    const open = call === undefined ? undefined : this.calls.get(call)
    if (open === undefined) run()
    else this.parts.resume(open.hold, run)
  }

  /** The node ends: what has not been answered was not dealt with. */
  abandon(): void {
    const error = new NodeError('FUNCTION_STOPPED', 'The node stopped before the code answered.')
    for (const { hold } of [...this.calls.values(), ...this.waiting]) {
      this.parts.release(hold, error)
    }
    this.calls.clear()
    this.waiting.length = 0
  }

  private takeWaiting(): void {
    while (!this.isFull) {
      const next = this.waiting.shift()
      if (next === undefined) break
      this.parts.resume(next.hold, () => this.parts.handle(next.message))
      this.parts.release(next.hold)
    }
    if (this.waiting.length === 0 && this.calls.size <= this.parts.max / 2) this.press(false)
  }

  private press(isHigh: boolean): void {
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.parts.pressure(isHigh)
  }

  /** One timer for all: the oldest call is the first to have waited too long. */
  private watch(): void {
    const [oldest] = this.calls.values()
    if (oldest === undefined || this.isTimed) return
    this.isTimed = true
    const waitedMs = this.parts.clock.monotonic() - oldest.startedAt
    this.parts.timers.after(Math.max(1, this.parts.timeoutMs - waitedMs), () => {
      this.isTimed = false
      this.giveUp()
      this.watch()
    })
  }

  private giveUp(): void {
    const now = this.parts.clock.monotonic()
    for (const [call, { startedAt }] of this.calls) {
      if (now - startedAt < this.parts.timeoutMs) return
      const text = `The code did not answer within ${this.parts.timeoutMs} ms.`
      this.close(call, (message) => {
        this.parts.fail(new NodeError('FUNCTION_TIMEOUT', text), message)
      })
    }
  }
}

import { deserialize, serialize } from 'node:v8'
import { formatSettings, openDecoder } from '@millrace/formats'
import type { FormatName } from '@millrace/formats'
import { toOperatingError } from '@millrace/sdk'
import type { Emit, Intake, Log, Message, OperatingError, Timers } from '@millrace/sdk'

/** One message as it came, and from whom. */
export interface Arrival {
  readonly bytes: Uint8Array
  readonly from: Sender
  /** Why it is no message, where it is none: then it leaves by the error port. */
  readonly problem?: OperatingError
}

/** Whatever is known of a sender, such as `address` and `port`; stands on the message as `peer`. */
export type Sender = Readonly<Record<string, string | number | boolean>>

/** What of a source's context is needed to take arrivals in. */
export interface ArrivalContext {
  readonly config: Readonly<Record<string, unknown>> & { readonly format: FormatName }
  readonly emit: { readonly out: Emit }
  readonly fail: (error: unknown, message: Message) => void
  readonly intake: Intake
  readonly log: Log
  readonly timers: Timers
}

/** Reads what arrives, and takes it into the flow by way of the ingest log. */
export class Arrivals {
  private readonly context: ArrivalContext
  private readonly emitOne: (arrival: Arrival) => void
  private together: Arrival[] = []
  /** What a read brought when the flow could take no more. */
  private waiting: Arrival[] = []
  private isPaused = false

  /** To be made as the source starts. */
  constructor(context: ArrivalContext) {
    this.context = context
    this.emitOne = emitter(context)
    context.intake.onReplay((record) => {
      // Written below.
      for (const arrival of deserialize(record) as Arrival[]) this.emitOne(arrival)
    })
  }

  /**
   * Takes in what came together, a record for so many messages. When the flow can take no more in
   * the midst of it, the rest waits. Bytes are copied before this returns.
   */
  take(arrivals: readonly Arrival[]): void {
    if (this.waiting.length > 0) {
      this.waiting.push(...arrivals.map(ofItsOwn))
      return
    }
    const taken = this.takeWhileFree(arrivals)
    this.waiting.push(...arrivals.slice(taken).map(ofItsOwn))
  }

  pause(): void {
    this.isPaused = true
  }

  /** Gives whether all that waited is taken in, and more may be read. */
  resume(): boolean {
    this.isPaused = false
    const { waiting } = this
    // The flow may say in the midst of it that it can take no more, and then again that it can.
    this.waiting = []
    const taken = this.takeWhileFree(waiting)
    this.waiting = [...waiting.slice(taken), ...this.waiting]
    return !this.isPaused && this.waiting.length === 0
  }

  /** Takes in at once all that came, whether the flow is behind or not, as it ends. */
  finish(): void {
    this.isPaused = false
    this.takeGathered()
    this.resume()
  }

  /** Gives how many were taken in. */
  private takeWhileFree(arrivals: readonly Arrival[]): number {
    let at = 0
    for (; at < arrivals.length && !this.isPaused; at += togetherMax) {
      this.takeRecord(arrivals.slice(at, at + togetherMax))
    }
    return Math.min(at, arrivals.length)
  }

  private takeRecord(arrivals: readonly Arrival[]): void {
    const { intake, log } = this.context
    const record = intake.isDurable ? serialize(arrivals) : nothing
    const run = (): void => arrivals.forEach(this.emitOne)
    intake.take(record, run, (error) => {
      if (error === undefined) return
      log.error(`What came in could not be kept: ${toOperatingError(error).message}`)
    })
  }

  /** Takes one in along with what else comes in this turn. Its bytes must not change. */
  gather(arrival: Arrival): void {
    this.together.push(arrival)
    if (this.together.length === togetherMax) this.takeGathered()
    else if (this.together.length === 1) this.context.timers.soon(() => this.takeGathered())
  }

  /** Takes in at once what was gathered. */
  takeGathered(): void {
    const came = this.together
    this.together = []
    this.take(came)
  }
}

/** Messages in one record. */
const togetherMax = 256

/** The bytes of one that waits must not change when more is read. */
function ofItsOwn(arrival: Arrival): Arrival {
  return { ...arrival, bytes: Uint8Array.from(arrival.bytes) }
}

const nothing = new Uint8Array()

function emitter({ config, emit, fail }: ArrivalContext): (arrival: Arrival) => void {
  const decode = openDecoder(formatSettings(config, { format: config.format }))
  const refuse = (error: unknown, { bytes, from }: Arrival): void =>
    fail(error, { payload: Uint8Array.from(bytes), time: undefined, peer: from })
  return (arrival) => {
    const { bytes, from, problem } = arrival
    if (problem !== undefined) return refuse(problem, arrival)
    let values: readonly unknown[]
    try {
      values = decode(bytes)
    } catch (error) {
      return refuse(error, arrival)
    }
    for (const payload of values) emit.out({ payload, time: undefined, peer: from })
  }
}

/** What is wrong with a message that the splitter refused. */
export function frameProblem(why: 'too-long' | 'cut-off', bytesMax: number): OperatingError {
  if (why === 'cut-off') {
    const message = 'The connection ended in the middle of a message.'
    return { code: 'NET_MESSAGE_CUT_OFF', message }
  }
  const message = `A message has more than ${bytesMax} bytes. Raise "Maximum message size", or see how messages are told apart.`
  return { code: 'NET_MESSAGE_TOO_LONG', message }
}

import type { ReadLater } from '@millrace/schemas'
import { NodeError } from '@millrace/sdk'
import type { Hold, KeyedState, SourceContext } from '@millrace/sdk'
import type { Arrival } from '../link/inbound-batch.ts'

type Context = Pick<
  SourceContext,
  'deliver' | 'goesOn' | 'hold' | 'intake' | 'pressure' | 'release' | 'resume' | 'state' | 'timers'
>

/** Emits what came, unless it has to wait for something; then nothing of it has happened. */
export type TryEmit = (arrival: Arrival) => ReadLater | undefined

/** One that waits, as it stands in state. */
interface KeptArrival extends Pick<Arrival, 'topic' | 'qos' | 'isRetained' | 'properties'> {
  readonly payload: Uint8Array
}

interface Waiting {
  readonly arrival: Arrival
  /** Of its place in state; 0 where a hold keeps it. */
  readonly number: number
  readonly hold: Hold | undefined
}

const mapName = 'waiting'

/** Whether something was kept by the run of the source that was before. */
export function hasWaiting({ state }: Pick<SourceContext, 'state'>): boolean {
  return state.map(mapName).size > 0
}

/**
 * Keeps what came in its order until it can be read, and presses meanwhile. Where there is an ingest
 * log it was acknowledged and the log may go on without it, so it is state. Otherwise it is held, and
 * acknowledged once it is dealt with.
 */
export class WaitingArrivals {
  private readonly context: Context
  private readonly tryEmit: TryEmit
  private readonly kept: KeyedState<KeptArrival>
  private all: Waiting[] = []
  private lastNumber = 0
  private isStopped = false

  constructor(context: Context, tryEmit: TryEmit) {
    this.context = context
    this.tryEmit = tryEmit
    this.kept = context.state.map(mapName)
  }

  /** To be called as the source starts: goes on with what waited before. */
  start(): void {
    const numbers = [...this.kept.keys()].map(Number).toSorted((one, other) => one - other)
    this.lastNumber = numbers.at(-1) ?? 0
    this.all = numbers.map((number) => ({
      number,
      arrival: arrivalOf(this.kept.get(number)),
      hold: undefined,
    }))
    if (this.all.length === 0) return
    this.context.pressure(true)
    this.context.timers.soon(() => this.goOn())
  }

  take(arrival: Arrival): void {
    const isFirst = this.all.length === 0
    const later = isFirst ? this.tryEmit(arrival) : undefined
    if (isFirst && later === undefined) return
    this.all.push(this.keep(arrival))
    if (later !== undefined) this.waitFor(later)
  }

  /** What is state is left to the run of the source that comes next. */
  stop(): void {
    this.isStopped = true
  }

  close(): void {
    const error = new NodeError('MQTT_CLOSED', 'The node was closed before the schema was known.')
    for (const { hold } of this.all) if (hold !== undefined) this.context.release(hold, error)
    this.all = []
  }

  private keep(arrival: Arrival): Waiting {
    const { topic, qos, isRetained, properties, bytes, start, end } = arrival
    const payload = Uint8Array.prototype.slice.call(bytes, start, end)
    const kept: KeptArrival = { topic, qos, isRetained, properties, payload }
    if (!this.context.intake.isDurable)
      return { arrival: arrivalOf(kept), number: 0, hold: this.context.hold() }
    this.lastNumber += 1
    this.kept.set(this.lastNumber, kept)
    return { arrival: arrivalOf(kept), number: this.lastNumber, hold: undefined }
  }

  private waitFor({ until }: ReadLater): void {
    this.context.pressure(true)
    void until.then(() => this.goOn())
  }

  private goOn(): void {
    this.context.goesOn()
    for (let [first] = this.all; first !== undefined; [first] = this.all) {
      if (this.isStopped && first.hold === undefined) return
      const later = this.passOn(first)
      if (later !== undefined) return this.waitFor(later)
      this.all.shift()
    }
    this.context.pressure(false)
  }

  private passOn({ arrival, number, hold }: Waiting): ReadLater | undefined {
    const { context } = this
    let later: ReadLater | undefined
    const run = (): void => {
      later = this.tryEmit(arrival)
    }
    if (hold === undefined) context.deliver(run, () => undefined)
    else context.resume(hold, run)
    if (later !== undefined) return later
    if (hold === undefined) this.kept.delete(number)
    else context.release(hold)
    return undefined
  }
}

/** Of its packet nothing is known any more, nor asked for. */
function arrivalOf(kept: KeptArrival | undefined): Arrival {
  const { payload, ...rest } = kept ?? nothing
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  return { ...rest, bytes, start: 0, end: bytes.length, packetId: 0, isRepeated: false }
}

const nothing: KeptArrival = {
  topic: '',
  qos: 0,
  isRetained: false,
  properties: undefined,
  payload: new Uint8Array(),
}

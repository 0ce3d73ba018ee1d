import { NodeError, operator } from '@millrace/sdk'
import type { KeyedState, Message, NodeContext, Operator, Timer } from '@millrace/sdk'
import { keyReader } from '../keyed/key-of.ts'
import { isTime } from '../reading.ts'
import { descriptor } from './descriptor.ts'
import { Liveness } from './liveness.ts'
import type { Heard } from './liveness.ts'

type Context = NodeContext<typeof descriptor>

export const heartbeat = operator(descriptor, (context) => {
  return context.config.time === 'event'
    ? new EventTimeWatch(context)
    : new ProcessingTimeWatch(context)
})

abstract class Watch implements Operator {
  protected readonly context: Context
  protected readonly about: KeyedState<number>
  protected readonly liveness: Liveness
  private readonly keyOf: (message: Message) => string
  private told = ''

  constructor(context: Context) {
    const { config, state } = context
    this.context = context
    this.about = state.map('about')
    const keyOf = keyReader(config.key)
    this.keyOf = (message) => String(keyOf(message))
    const { silentAfterMs } = config
    const forgetAfterMs = config.forgetAfterMs > 0 ? config.forgetAfterMs : Infinity
    this.liveness = new Liveness(state.map('keys'), { silentAfterMs, forgetAfterMs })
    this.liveness.release(new Set(config.expected.map(({ key }) => key)))
  }

  abstract onMessage(message: Message): void

  protected expectAll(now: number): void {
    for (const { key } of this.context.config.expected) this.liveness.expect(key, now)
    this.showStatus()
  }

  protected hear(message: Message, time: number): void {
    const key = this.keyOf(message)
    const { keysMax } = this.context.config
    if (this.liveness.count >= keysMax && !this.liveness.has(key)) {
      throw new NodeError('DETECT_TOO_MANY_KEYS', `There are ${keysMax} keys already.`)
    }
    this.take(key, time)
  }

  /** Heard of a key that may be watched. */
  protected abstract take(key: string, time: number): void

  protected advance(time: number): void {
    for (const heard of this.liveness.advance(time)) this.tell(heard)
    this.showStatus()
  }

  protected tell({ change, key, time, lastSeen, silentForMs }: Heard): void {
    const message = { payload: { change, key, lastSeen, silentForMs }, key, time }
    if (change === 'silent') this.context.emit.silent(message)
    else this.context.emit.back(message)
  }

  protected showStatus(): void {
    const { silentCount, count } = this.liveness
    const text = `${silentCount} of ${count} silent`
    if (text === this.told) return
    this.told = text
    this.context.status({ state: silentCount > 0 ? 'warning' : 'ok', text })
  }
}

/** Goes by the watermark: what is silent is silent in what was measured. */
class EventTimeWatch extends Watch {
  private isBegun = false

  onMessage(message: Message): void {
    const { time } = message
    if (!isTime(time)) {
      throw new NodeError('DETECT_NO_TIME', 'The message has no time that can be used.')
    }
    const watermark = this.about.get('watermark') ?? -Infinity
    if (time <= watermark) this.context.emit.late(message)
    else this.hear(message, time)
  }

  protected take(key: string, time: number): void {
    this.liveness.hear(key, time)
  }

  onWatermark(time: number): void {
    // What is expected is waited for from when time is known.
    if (!this.isBegun) this.expectAll(time)
    this.isBegun = true
    this.about.set('watermark', time)
    this.advance(time)
  }

  /** Nothing follows, which is no silence; but all gaps up to the last message are known now. */
  onEnd(): void {
    this.advance(this.liveness.latest)
  }
}

/** Longest stretch slept through, so that a clock that was set is noticed. */
const sleepMaxMs = 60_000

/** Goes by the clock. It is noted that the flow runs, to know afterwards for how long it did not. */
class ProcessingTimeWatch extends Watch {
  private readonly noteEveryMs: number
  private timer: Timer | undefined
  private timerAt = Infinity
  private now: number

  constructor(context: Context) {
    super(context)
    this.noteEveryMs = Math.min(sleepMaxMs, Math.max(1000, context.config.silentAfterMs / 4))
    this.now = Math.floor(context.clock.now())
    this.takeUp()
    this.arm()
    context.timers.every(this.noteEveryMs, () => this.note())
  }

  onMessage(message: Message): void {
    this.tick()
    this.hear(message, this.now)
    this.arm()
  }

  close(): void {
    this.timer?.cancel()
  }

  protected take(key: string, time: number): void {
    const heard = this.liveness.hearNow(key, time)
    if (heard !== null) this.tell(heard)
    this.showStatus()
  }

  private tick(): void {
    // A clock that was set back stands still until it has caught up.
    this.now = Math.max(this.now, Math.floor(this.context.clock.now()))
    this.advance(this.now - 1)
    this.arm()
  }

  private takeUp(): void {
    const pausedMs = this.now - (this.about.get('runsAt') ?? this.now)
    // Less may also be the time since the last note.
    if (pausedMs > 2 * this.noteEveryMs) this.liveness.forgive(pausedMs)
    this.expectAll(this.now)
    this.note()
  }

  private note(): void {
    this.about.set('runsAt', Math.floor(this.context.clock.now()))
  }

  private arm(): void {
    const { nextAt } = this.liveness
    if (nextAt === this.timerAt) return
    this.timer?.cancel()
    this.timer = undefined
    this.timerAt = nextAt
    if (nextAt === Infinity) return
    const delayMs = Math.max(0, nextAt + 1 - this.context.clock.now())
    this.timer = this.context.timers.after(Math.min(delayMs, sleepMaxMs), () => {
      this.timerAt = Infinity
      this.tick()
    })
  }
}

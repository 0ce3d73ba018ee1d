import { NodeError, operator } from '@millrace/sdk'
import type { Expression, KeyedState, Message, NodeContext, Operator, Timer } from '@millrace/sdk'
import { descriptor } from './descriptor.ts'
import { Fold } from './fold.ts'
import { decodeKey, encodeKey } from './group-key.ts'
import type { Slots } from './accumulators/accumulator.ts'
import { isByArrival, isTimed, openWindows, shapeOf } from './open-windows.ts'
import type { Known } from './windows/empty-rows.ts'
import type { WindowResult, Windows } from './windows/windows.ts'

type Context = NodeContext<typeof descriptor>

/** Times further from 1970 than this are no dates (ECMA-262, 21.4.1.1). */
const timeMax = 8.64e15

export const aggregate = operator(descriptor, (context) => {
  const { config } = context
  if (!isTimed(config)) return new TimelessWindow(context)
  return config.time === 'processing'
    ? new ProcessingTimeWindow(context)
    : new EventTimeWindow(context)
})

/** What all kinds of time share. State is taken up at the first use, when it has been restored. */
abstract class WindowOperator implements Operator {
  protected readonly context: Context
  protected readonly windows: Windows
  private readonly fold: Fold
  private readonly groupBy: Expression | undefined
  private readonly groups: KeyedState<Slots>
  private readonly known: KeyedState<Known>
  private readonly about: KeyedState<unknown>
  private isReady = false

  constructor(context: Context) {
    const { config } = context
    this.context = context
    this.groupBy = config.groupBy
    this.fold = new Fold(config.aggregates)
    this.groups = context.state.map('groups')
    this.about = context.state.map('about')
    this.known = context.state.map('known')
    const onResult = (result: WindowResult): void => context.emit.out(this.messageOf(result))
    const { fold, groups, known } = this
    this.windows = openWindows(config, { fold, groups, known, onResult })
  }

  abstract onMessage(message: Message): void

  onEnd(): void {
    this.ready()
    this.windows.advance(Infinity)
  }

  protected add(message: Message, time: number): void {
    const key = this.groupBy === undefined ? '' : encodeKey(this.groupBy(message))
    this.fold.read(message)
    this.windows.read?.(message)
    if (!this.windows.add(key, time)) this.context.emit.late(message)
  }

  /** Time has come this far; stored, so that after a restart nothing fires twice. */
  protected advance(watermark: number): void {
    this.about.set('watermark', watermark)
    this.windows.advance(watermark)
  }

  /** State of a window of another shape is of no use and is dropped. */
  protected ready(watermarkAtFirst = -Infinity): void {
    if (this.isReady) return
    this.isReady = true
    const shape = shapeOf(this.context.config)
    if (this.about.get('shape') !== shape) {
      // What is stored is of the shape that reads it, then.
      this.groups.clear()
      this.known.clear()
      this.about.clear()
      this.about.set('shape', shape)
      if (watermarkAtFirst !== -Infinity) this.about.set('watermark', watermarkAtFirst)
    }
    const watermark = this.about.get('watermark')
    this.windows.takeUp(typeof watermark === 'number' ? watermark : -Infinity)
  }

  private messageOf(result: WindowResult): Message {
    const { key, start, end, time } = result
    const payload = this.fold.results(result.slots, result.at, result.until)
    payload['start'] = start
    payload['end'] = end
    const message: Message = { payload, time }
    if (result.isEarly) message['early'] = true
    if (this.groupBy === undefined) return message
    const value = decodeKey(key)
    payload['key'] = value
    if (typeof value === 'string' || typeof value === 'number') message.key = value
    return message
  }
}

/** Takes messages as they come; time only tells which is the first and which the last. */
class TimelessWindow extends WindowOperator {
  onMessage(message: Message): void {
    this.ready()
    const { clock, config } = this.context
    const { time } = message
    this.add(message, config.time === 'event' && isTime(time) ? Math.floor(time) : clock.now())
  }
}

class EventTimeWindow extends WindowOperator {
  private readonly isTimeNeeded: boolean

  constructor(context: Context) {
    super(context)
    this.isTimeNeeded = !isByArrival(context.config)
  }

  onMessage(message: Message): void {
    this.ready()
    const { time } = message
    if (isTime(time)) this.add(message, Math.floor(time))
    else if (!this.isTimeNeeded) this.add(message, this.context.clock.now())
    else throw new NodeError('WINDOW_NO_TIME', 'The message has no time that can be used.')
  }

  onWatermark(time: number): void {
    this.ready()
    this.advance(Math.floor(time))
  }
}

/** The clock is the time of messages and, less a millisecond, the watermark. */
class ProcessingTimeWindow extends WindowOperator {
  private timer: Timer | undefined
  private timerAt = Infinity
  private now = -Infinity

  constructor(context: Context) {
    super(context)
    // Windows that were open before a restart end although no message comes.
    context.timers.soon(() => this.tick())
  }

  onMessage(message: Message): void {
    this.tick()
    this.add(message, this.now)
    this.arm()
  }

  close(): void {
    this.timer?.cancel()
  }

  private tick(): void {
    // A clock that was set back stands still until it has caught up.
    this.now = Math.max(this.now, Math.floor(this.context.clock.now()))
    this.ready(this.now - 1)
    if (this.now - 1 >= this.windows.nextAt) this.advance(this.now - 1)
    this.arm()
  }

  private arm(): void {
    const { nextAt } = this.windows
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

/** Longest stretch slept through, so that a clock that was set is noticed. */
const sleepMaxMs = 60_000

function isTime(time: unknown): time is number {
  return typeof time === 'number' && Math.abs(time) <= timeMax
}

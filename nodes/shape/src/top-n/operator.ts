import { NodeError, operator, steadyTime } from '@millrace/sdk'
import type { Message, NodeContext, Operator } from '@millrace/sdk'
import { plainCopy } from '../kept/plain-copy.ts'
import { DueKeys } from '../keys/due-keys.ts'
import { encodeKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import { Alarm } from '../time/alarm.ts'
import { descriptor } from './descriptor.ts'
import type { Placed, Value } from './ranking.ts'
import { eachMessage, listMessage, placesOf } from './results.ts'
import { Standings } from './standings.ts'
import type { Entry } from './standings.ts'

type Context = NodeContext<typeof descriptor>

export const topN = operator(descriptor, (context) => {
  const { mode, time } = context.config
  if (mode === 'running') return new RunningTop(context)
  return time === 'event' ? new EventTimeTop(context) : new ProcessingTimeTop(context)
})

abstract class Top implements Operator {
  protected readonly context: Context
  protected readonly standings: Standings
  protected readonly now: () => number
  /** What is to be forgotten: places that get no further message. */
  protected readonly due = new DueKeys()

  constructor(context: Context) {
    const { clock, config, state } = context
    this.context = context
    this.now = steadyTime(clock)
    const about = state.map<string>('about')
    const entries = state.map<Entry>('entries')
    // What was ranked by other rules is of no use.
    const shape = shapeOf(context)
    if (about.get('shape') !== shape) entries.clear()
    about.set('shape', shape)
    this.standings = new Standings(entries, {
      ...config,
      hasIdentity: config.entry !== undefined,
      onGone: (id) => this.due.delete(id),
    })
  }

  abstract onMessage(message: Message): void

  protected groupOf(message: Message): StateKey {
    const { groupBy } = this.context.config
    return groupBy === undefined ? '' : encodeKey(groupBy(message))
  }

  protected add(message: Message, start: number | null, group: StateKey): StateKey | undefined {
    const { entry, orderBy } = this.context.config
    const value = toValue(orderBy(message))
    const identity = entry?.(message) ?? null
    return this.standings.add({ start, group, value, identity, at: this.now(), message })
  }

  protected places(top: readonly Placed[], start: number | null, group: StateKey) {
    const ranks = this.standings.ranksOf(top, start, group)
    const placed = top.map(({ id }, index) => ({
      entry: this.standings.entry(id),
      rank: ranks[index],
    }))
    return placesOf(placed)
  }
}

/** Tells a ranking whenever it has changed. */
class RunningTop extends Top {
  private readonly alarm: Alarm

  constructor(context: Context) {
    super(context)
    this.alarm = new Alarm(context.timers, this.now, () => this.forget())
    const now = this.now()
    this.standings.takeUp((id, { at }) => this.expect(id, Math.min(at, now)))
  }

  onMessage(message: Message): void {
    const group = this.groupOf(message)
    const before = this.standings.top(null, group)
    const id = this.add(message, null, group)
    if (id !== undefined) this.expect(id, this.now())
    this.tell(group, before, message.time)
  }

  private expect(id: StateKey, at: number): void {
    const { forgetAfterMs } = this.context.config
    if (forgetAfterMs === 0) return
    this.due.set(id, at + forgetAfterMs)
    this.alarm.set(this.due.nextAt)
  }

  private forget(): void {
    const now = this.now()
    const before = new Map<StateKey, readonly Placed[]>()
    for (let id = this.due.take(now); id !== undefined; id = this.due.take(now)) {
      // What lost its place is gone already.
      const group = this.standings.entry(id)?.group
      if (group === undefined) continue
      if (!before.has(group)) before.set(group, this.standings.top(null, group))
      this.standings.remove(id)
    }
    for (const [group, top] of before) this.tell(group, top, this.context.clock.now())
    this.alarm.set(this.due.nextAt)
  }

  private tell(group: StateKey, before: readonly Placed[], time: number | undefined): void {
    const top = this.standings.top(null, group)
    if (isSame(before, top)) return
    const { config, emit } = this.context
    // The messages stay here, so what leaves is a copy.
    const places = plainCopy(this.places(top, null, group))
    emit.out(listMessage(places, { group: config.groupBy && { key: group }, time }))
  }
}

abstract class WindowTop extends Top {
  /** Starts of stretches that have rankings, by their last millisecond. */
  protected readonly open = new DueKeys()

  constructor(context: Context) {
    super(context)
    this.standings.takeUp((_id, { start }) => this.opens(start ?? 0))
  }

  onEnd(): void {
    this.tell(Infinity)
  }

  protected startOf(time: number): number {
    const { sizeMs, offsetMs } = this.context.config
    const past = (time - offsetMs) % sizeMs
    return time - (past < 0 ? past + sizeMs : past)
  }

  protected endOf(start: number): number {
    return start + this.context.config.sizeMs
  }

  protected take(message: Message, start: number): void {
    this.add(message, start, this.groupOf(message))
    this.opens(start)
  }

  /** All rankings whose stretch is over. */
  protected tell(until: number): void {
    for (let key = this.open.take(until); key !== undefined; key = this.open.take(until)) {
      const start = Number(key)
      for (const group of this.standings.groupsOf(start)) this.tellOne(start, group)
    }
  }

  private opens(start: number): void {
    this.open.set(start, this.endOf(start) - 1)
  }

  private tellOne(start: number, group: StateKey): void {
    const { config, emit } = this.context
    const end = this.endOf(start)
    const places = this.places(this.standings.top(start, group), start, group)
    this.standings.close(start, group)
    const about = { group: config.groupBy && { key: group }, time: end - 1, window: { start, end } }
    if (places.length === 0) return
    if (config.output === 'list') emit.out(listMessage(places, about))
    else for (const place of places) emit.out(eachMessage(place, about))
  }
}

class EventTimeTop extends WindowTop {
  private readonly times = this.context.state.map<number>('times')

  onMessage(message: Message): void {
    const { time } = message
    if (typeof time !== 'number' || !Number.isFinite(time)) {
      throw new NodeError('TOP_N_NO_TIME', 'The message has no time that can be used.')
    }
    const start = this.startOf(Math.floor(time))
    const watermark = this.times.get('watermark') ?? -Infinity
    if (this.endOf(start) - 1 <= watermark) this.context.emit.late(message)
    else this.take(message, start)
  }

  onWatermark(time: number): void {
    // Stored, so that after a restart nothing is told twice.
    this.times.set('watermark', time)
    this.tell(time)
  }
}

class ProcessingTimeTop extends WindowTop {
  private readonly alarm: Alarm

  constructor(context: Context) {
    super(context)
    this.alarm = new Alarm(context.timers, this.now, () => this.tick())
    this.alarm.set(this.open.nextAt + 1)
  }

  onMessage(message: Message): void {
    this.tick()
    this.take(message, this.startOf(this.now()))
    this.alarm.set(this.open.nextAt + 1)
  }

  private tick(): void {
    this.tell(this.now() - 1)
    this.alarm.set(this.open.nextAt + 1)
  }
}

function toValue(value: unknown): Value {
  if (typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value))) return value
  throw new NodeError('TOP_N_NO_VALUE', 'The value to rank by is neither a number nor a text.')
}

function shapeOf({ config }: Context): string {
  const { mode, order, counts, ties, sizeMs, offsetMs, time, entry } = config
  const window = mode === 'window' ? [sizeMs, offsetMs, time] : []
  return JSON.stringify([mode, order, counts, ties, entry !== undefined, ...window])
}

function isSame(one: readonly Placed[], other: readonly Placed[]): boolean {
  return one.length === other.length && one.every((placed, index) => placed === other[index])
}

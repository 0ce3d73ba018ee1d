import type { Clock, Expression, Message } from '@millrace/sdk'
import { EngineError } from '../error.ts'
import { Partitions } from './partitions.ts'
import type { PartitionEntries } from './partitions.ts'
import type { TimeLink } from './time-stop.ts'

/** How a node gives event time to what leaves by it; read from the timing fields. */
export interface Timing {
  readonly eventTime: Expression | undefined
  readonly lateByMs: number
  readonly partition: Expression | undefined
  readonly idleAfterMs: number
  /** Times further ahead of the clock than that are refused; 0 takes all. */
  readonly futureByMs: number
  /** Times further behind the clock than that are refused; 0 takes all. */
  readonly pastByMs: number
}

export const arrivalTiming: Timing = {
  eventTime: undefined,
  lateByMs: 0,
  partition: undefined,
  idleAfterMs: 0,
  futureByMs: 0,
  pastByMs: 0,
}

/** Clock ticks come this often while anything looks at time. */
export const tickMs = 100

/**
 * Where event time begins: at a source, or at an operator that assigns it. Derives the watermark,
 * max − lateByMs − 1, from each message that leaves; where time is that of arrival, from the clock.
 */
export class Origin {
  links: TimeLink[] = []
  /** The last watermark that went out. */
  sent = -Infinity
  isIdle = false
  /**
   * While the source goes through its log: when the record in hand was taken in. Time of arrival
   * stands still there, so that what is replayed is not late.
   */
  behindAt: number | undefined
  private readonly timing: Timing
  private readonly clock: Clock
  private readonly partitions: Partitions | undefined
  private latest = -Infinity
  private lastArrival = -Infinity
  /** Later times are held against the clock. */
  private believedUntil = -Infinity
  private tick = 0
  private seenAt = 0
  private isTold = false
  private hasEnded = false
  private storedLatest = -Infinity
  private storedSent = -Infinity

  constructor(timing: Timing, clock: Clock) {
    this.timing = timing
    this.clock = clock
    const isPartitioned = timing.eventTime !== undefined && timing.partition !== undefined
    this.partitions = isPartitioned ? new Partitions() : undefined
  }

  /** The partition that holds time back, being well behind the others. */
  get slowestPartition(): string | number | undefined {
    return this.isTold || this.hasEnded ? undefined : this.partitions?.slowest
  }

  /** Whether it has to be told as the clock goes on. */
  get needsTick(): boolean {
    if (this.links.length === 0 || this.isTold || this.hasEnded) return false
    return this.timing.eventTime === undefined || this.timing.idleAfterMs > 0
  }

  /** The event time of a message that leaves here; throws where it has none that can be used. */
  timeOf(message: Message): number {
    const { eventTime } = this.timing
    if (eventTime !== undefined) return this.believed(toTime(eventTime(message)))
    return typeof message.time === 'number' ? this.believed(message.time) : this.arrival()
  }

  /** After a message has gone out with this time. Only called while somebody listens. */
  saw(time: number, message: Message): void {
    this.seenAt = this.tick
    if (this.partitions !== undefined) {
      this.partitions.see(this.partitionOf(message), time, this.tick)
      this.derive(this.partitions.least)
    } else if (time > this.latest) {
      this.latest = time
      this.derive(time)
    } else if (this.isIdle) {
      this.derive(this.latest)
    }
  }

  /** Messages like this one will come, or come no more. */
  expect(like: Message, isExpected: boolean): void {
    const { partitions } = this
    // A source that goes on expecting something is not silent.
    if (isExpected) this.seenAt = this.tick
    const key = this.timing.partition?.(like) ?? null
    // A partition that only what is in the message tells cannot be expected.
    if (partitions === undefined || key === null || this.hasEnded) return
    if (isExpected) partitions.expect(keyOf(key), this.tick)
    else partitions.dismiss(keyOf(key))
    if (!isExpected) this.derive(partitions.least)
  }

  /** A source that knows says so itself; from then on nothing is derived. */
  told(watermark: number): void {
    this.isTold = true
    this.send(watermark)
  }

  end(): void {
    this.hasEnded = true
    this.send(Infinity)
  }

  /** The clock went on. Only called while somebody listens. */
  onTick(): void {
    if (this.hasEnded || this.isTold) return
    this.tick += 1
    const { idleAfterMs, lateByMs, eventTime } = this.timing
    if (eventTime === undefined) {
      this.send(this.arrival() - lateByMs - 1)
      return
    }
    if (idleAfterMs <= 0) return
    const before = this.tick - Math.ceil(idleAfterMs / tickMs)
    if (this.partitions !== undefined && this.tick % 5 === 0) {
      this.partitions.rest(before)
      this.derive(this.partitions.least)
    }
    if (this.seenAt >= before || this.isIdle) return
    this.isIdle = true
    for (const link of this.links) link.stop.becomeIdle(link.input)
  }

  /** What an epoch has to store of it. */
  changes(): PartitionEntries {
    const changes: [string | number, number][] = this.partitions?.changes() ?? []
    const { latest, sent } = this
    if (latest !== this.storedLatest) changes.push(['\u0000latest', latest])
    if (sent !== this.storedSent) changes.push(['\u0000sent', sent])
    return changes
  }

  /** What changed is stored now. */
  stored(): void {
    this.storedLatest = this.latest
    this.storedSent = this.sent
    this.partitions?.stored()
  }

  trackChanges(): void {
    this.partitions?.trackChanges()
  }

  /** What a snapshot keeps of it. */
  entries(): PartitionEntries {
    const own: [string, number][] = [
      ['\u0000latest', this.latest],
      ['\u0000sent', this.sent],
    ]
    return [...own, ...(this.partitions?.entries() ?? [])]
  }

  restore(entries: PartitionEntries): void {
    for (const [key, value] of entries) {
      if (key === '\u0000latest') this.latest = value
      else if (key === '\u0000sent') this.sent = value
      else this.partitions?.see(key, value, this.tick)
    }
    // What arrives now is never as early as the time that was passed before.
    const { eventTime, lateByMs } = this.timing
    if (eventTime === undefined) this.lastArrival = this.sent + lateByMs + 1
    this.stored()
  }

  /** Processing time, as messages without a time of their own get it. */
  arrival(): number {
    const now = this.behindAt ?? this.clock.now()
    // A clock that is set back must not make new messages late.
    if (now > this.lastArrival) this.lastArrival = now
    return this.lastArrival
  }

  /**
   * A time that is not: one far ahead would close every window that others still fill, and one far
   * behind would hold them all open. A record of the log is judged by when it was taken in.
   */
  private believed(time: number): number {
    const { futureByMs, pastByMs } = this.timing
    if (futureByMs <= 0 && pastByMs <= 0) return time
    // Mostly it need not be asked what time it is: that goes on by itself.
    if (pastByMs <= 0 && time <= this.believedUntil) return time
    const now = this.behindAt ?? this.clock.now()
    this.believedUntil = now + futureByMs
    const aheadMs = time - now
    if (futureByMs > 0 && aheadMs > futureByMs) throw skewed('EVENT_TIME_AHEAD', time, aheadMs)
    if (pastByMs > 0 && -aheadMs > pastByMs) throw skewed('EVENT_TIME_BEHIND', time, aheadMs)
    return time
  }

  private partitionOf(message: Message): string | number {
    return keyOf(this.timing.partition?.(message) ?? null)
  }

  private derive(latest: number): void {
    if (this.isTold || latest === Infinity || latest === -Infinity) return
    this.isIdle = false
    this.send(latest - this.timing.lateByMs - 1)
  }

  private send(watermark: number): void {
    if (watermark > this.sent) this.sent = watermark
    for (const link of this.links) link.stop.take(link.input, this.sent)
  }
}

function keyOf(partition: unknown): string | number {
  const isKey = typeof partition === 'string' || typeof partition === 'number'
  return isKey ? partition : JSON.stringify(partition)
}

function skewed(
  code: 'EVENT_TIME_AHEAD' | 'EVENT_TIME_BEHIND',
  time: number,
  aheadMs: number,
): EngineError {
  const [where, field] = code === 'EVENT_TIME_AHEAD' ? ['ahead of', 'ahead'] : ['behind', 'behind']
  const far = `${lengthText(Math.abs(aheadMs))} ${where} the clock of this machine`
  const text = `The event time ${timeText(time)} is ${far}, more than "Refuse times ${field} by more than" allows.`
  return new EngineError(code, text)
}

const units = [
  ['years', 365 * 86_400_000],
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const

/** In the largest unit of which there are two and more. */
function lengthText(ms: number): string {
  const [name, unitMs] = units.find(([, unit]) => ms >= 2 * unit) ?? ['seconds', 1000]
  return `${Math.round(ms / unitMs)} ${name}`
}

/** Not every number is a date: they end 273,000 years from now. */
function timeText(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString()
}

/** Milliseconds since the epoch, or ISO 8601 text. */
function toTime(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : value
  if (typeof time === 'number' && Number.isFinite(time)) return time
  throw new EngineError(
    'EVENT_TIME_MISSING',
    'The event time is neither a number of milliseconds nor ISO 8601 text.',
  )
}

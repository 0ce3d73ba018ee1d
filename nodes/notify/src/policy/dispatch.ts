import { createHash } from 'node:crypto'
import { NodeError, steadyTime } from '@millrace/sdk'
import type { Hold, KeyedState, Message, NodeContext, Timer } from '@millrace/sdk'
import type { ConfigOfFields, Descriptor } from '@millrace/sdk/descriptor'
import { DispatchStatus } from './dispatch-status.ts'
import { Groups } from './groups.ts'
import type { GroupTimes, Notice, Waiting } from './groups.ts'
import { itemOf, severities, textOf } from './item.ts'
import type { Item } from './item.ts'
import { Outbox } from './outbox.ts'
import { retryDelayMs } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { policyFields } from './policy-fields.ts'
import { neverQuiet, quietHours } from './quiet-hours.ts'
import type { QuietHours } from './quiet-hours.ts'
import { TokenBucket } from './token-bucket.ts'
import type { Bucket } from './token-bucket.ts'

type Policy = ConfigOfFields<typeof policyFields>

/** What is sent as one message. */
export interface Announcement extends Notice {
  /** The same when it is sent again, also after a restart. */
  readonly id: string
  /** How much of it is told: 1 is all, less after the receiver found it too long. */
  readonly share: number
}

/** Where messages go. Never rejects. */
export interface Receiver {
  /** For sentences, such as the name of a service. */
  readonly name: string
  readonly send: (announcement: Announcement) => Promise<Outcome>
}

export interface DispatchOptions {
  /** Whether messages can be told in one; else each item is a message of its own. */
  readonly isJoined: boolean
}

/** A message on its way, and the notices in it. */
interface Sending {
  readonly count: number
  readonly announcement: Announcement
  failures: number
  since: number
}

/**
 * Takes alerts in and sees that the receiver is told: in groups, outside of quiet hours, not too
 * often, and again and again while it cannot be reached. All that waits is state.
 */
export class Dispatch {
  private readonly context: NodeContext
  private readonly policy: Policy
  private readonly receiver: Receiver
  private readonly isJoined: boolean
  /** Waits go by a time that nobody sets; quiet hours by the clock on the wall. */
  private readonly now: () => number
  private readonly groups: Groups
  private readonly outbox: Outbox
  private readonly bucket: TokenBucket
  private readonly quietEnd: QuietHours
  private readonly status: DispatchStatus
  private sending: Sending | undefined
  private hold: Hold | undefined
  private alarm: Timer | undefined
  private retry: Timer | undefined
  private endHold: Hold | undefined
  private isEnding = false
  private isPressing = false
  /** What to do next is looked at in a moment. */
  private isSoon = false
  private isClosed = false

  constructor(
    context: NodeContext<Descriptor>,
    policy: Policy,
    { receiver, isJoined }: DispatchOptions & { readonly receiver: Receiver },
  ) {
    const { state, clock } = context
    this.context = context
    this.policy = policy
    this.receiver = receiver
    this.isJoined = isJoined
    this.now = steadyTime(clock)
    const waiting: KeyedState<Waiting> = state.map('waiting')
    const times: KeyedState<GroupTimes> = state.map('groups')
    this.groups = new Groups(waiting, times, { rules: this.groupRules(), now: this.now() })
    this.outbox = new Outbox(state.map<Notice>('outbox'))
    this.bucket = new TokenBucket(state.map<Bucket>('rate'), policy)
    this.quietEnd = policy.hasQuietHours ? quietHours(policy) : neverQuiet
    this.status = new DispatchStatus(context, receiver.name)
    if (this.size > 0) this.soon()
    else this.status.show({ waiting: 0, quietEnd: null })
  }

  /** Throws when there is no room for it. */
  take(message: Message): void {
    const { text, link, severityMin } = this.policy
    const now = this.context.clock.now()
    const item = itemOf(message, { now, text: text?.(message), link: link?.(message) ?? '' })
    if (severities.indexOf(item.severity) < severities.indexOf(severityMin)) return
    const group = this.groupOf(item)
    if (!this.hasRoom(item, group)) throw full(this.roomFor, this.receiver.name)
    if (this.goesAlone(item, group)) this.outbox.push({ items: [item], passed: 0 })
    else this.groups.add(item, group, this.now())
    this.press()
    this.soon()
  }

  /** What need not wait for others goes as it came, not only as it stands in the end. */
  private goesAlone(item: Item, group: string): boolean {
    if (this.isJoined || this.groups.has(group)) return false
    if (item.change === 'cleared' && !this.policy.tellsCleared) return false
    return item.severity === 'critical' || this.quietEnd(this.context.clock.now()) === null
  }

  /** No alert will come any more: all goes out now, and the flow ends when it has. */
  end(): void {
    this.isEnding = true
    if (this.size === 0) return
    this.endHold ??= this.context.hold()
    this.soon()
  }

  close(): void {
    this.isClosed = true
    this.alarm?.cancel()
    this.retry?.cancel()
    this.letGo(undefined)
    if (this.endHold !== undefined) this.context.release(this.endHold)
    this.endHold = undefined
  }

  private get size(): number {
    return this.groups.size + this.outbox.size
  }

  /** What takes the place of something needs none; a night of warnings leaves some for worse. */
  private hasRoom(item: Item, group: string): boolean {
    if (this.groups.replaces(item, group)) return true
    return this.size < (item.severity === 'critical' ? 2 * this.roomFor : this.roomFor)
  }

  /** What sources still send when they were asked to slow down waits too. */
  private get roomFor(): number {
    const { whenFull, waitingMax } = this.policy
    return whenFull === 'slow' ? 2 * waitingMax : waitingMax
  }

  /** Only what could go out now slows sources down: a night must not stop the flow. */
  private press(): void {
    const { whenFull, waitingMax } = this.policy
    const limit = this.isPressing ? waitingMax / 2 : waitingMax - 1
    const isHigh = whenFull === 'slow' && this.outbox.size > limit
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.context.pressure(isHigh)
  }

  private groupRules() {
    const { groupWaitMs, groupIntervalMs, tellsCleared } = this.policy
    return this.isJoined
      ? { groupWaitMs, groupIntervalMs, tellsCleared }
      : { groupWaitMs: 0, groupIntervalMs: 0, tellsCleared }
  }

  private groupOf(item: Item): string {
    const { groupBy } = this.policy
    if (!this.isJoined) return item.identity
    return groupBy === undefined ? '' : textOf(groupBy(item.message))
  }

  /** In a moment of its own, so that what came together goes together. */
  private soon(): void {
    if (this.isSoon) return
    this.isSoon = true
    this.alarm?.cancel()
    this.alarm = this.context.timers.after(0, () => this.advance())
  }

  private advance(): void {
    if (this.isClosed) return
    this.alarm?.cancel()
    this.alarm = undefined
    this.isSoon = false
    const quietEnd = this.isEnding ? null : this.quietEnd(this.context.clock.now())
    const mayGo = (item: Item): boolean => quietEnd === null || item.severity === 'critical'
    const due = this.groups.take(this.now(), { mayGo, isEnd: this.isEnding })
    for (const notice of due) this.post(notice)
    this.press()
    if (this.sending === undefined) this.sendNext()
    const waiting = this.size - sizeOf(this.sending?.announcement)
    this.status.show({ waiting, quietEnd: this.groups.size > 0 ? quietEnd : null })
    this.arm(quietEnd, mayGo)
    if (this.size > 0 || this.endHold === undefined) return
    this.context.release(this.endHold)
    this.endHold = undefined
  }

  private post({ items, passed }: Notice): void {
    if (this.isJoined) this.outbox.push({ items, passed })
    else for (const item of items) this.outbox.push({ items: [item], passed: 0 })
  }

  private arm(quietEnd: number | null, mayGo: (item: Item) => boolean): void {
    const now = this.now()
    const dueMs = this.groups.nextAt(mayGo) - now
    const quietMs = quietEnd === null ? Infinity : quietEnd - this.context.clock.now()
    const waits = this.sending === undefined && this.outbox.length > 0
    const tokenMs = waits ? this.bucket.nextAt(now) - now : Infinity
    const delayMs = Math.min(dueMs, quietMs, tokenMs)
    if (delayMs === Infinity) return
    // The clock on the wall may be set meanwhile, and timers cannot be set for long.
    const sleepMs = Math.min(Math.max(1, delayMs), sleepMaxMs)
    this.alarm = this.context.timers.after(sleepMs, () => this.advance())
  }

  /** One message after the other; with the last token all that waits goes in one. */
  private sendNext(): void {
    const now = this.now()
    const tokens = this.bucket.tokens(now)
    if (this.outbox.length === 0 || tokens < 1) return
    const count = this.isJoined && tokens < 2 ? Math.min(this.outbox.length, joinedMax) : 1
    this.bucket.take(now)
    const announcement = this.announce(this.outbox.first(count))
    this.sending = { count, announcement, failures: 0, since: now }
    this.send(this.sending)
  }

  private announce(notices: readonly Notice[]): Announcement {
    const items = notices.length === 1 ? (notices[0]?.items ?? []) : latestOf(notices)
    const passed = notices.reduce((sum, notice) => sum + notice.passed, 0)
    const told = items.map(({ identity, change, time, text }) => [identity, change, time, text])
    const { flow, id } = this.context
    const hash = createHash('sha256').update(JSON.stringify([flow, id, told]))
    return { items, passed, id: hash.digest('hex').slice(0, 32), share: 1 }
  }

  private send(sending: Sending): void {
    // What is on its way should arrive before the node is replaced.
    this.hold = this.context.hold()
    void this.attempt(sending.announcement).then((outcome) => {
      if (this.isClosed || this.hold === undefined) return
      this.context.resume(this.hold, () => this.settle(sending, outcome))
      this.letGo(outcome)
      this.soon()
    })
  }

  /** What cannot even be written, such as a value without JSON, is refused. */
  private async attempt(announcement: Announcement): Promise<Outcome> {
    try {
      return await this.receiver.send(announcement)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const text = `A message for ${this.receiver.name} could not be written: ${reason}`
      return { kind: 'refused', error: new NodeError('NOTIFY_UNWRITABLE', text, { cause }) }
    }
  }

  private letGo(outcome: Outcome | undefined): void {
    if (this.hold === undefined) return
    this.context.release(this.hold)
    this.hold = undefined
    if (outcome !== undefined) this.status.outcome(outcome)
  }

  private settle(sending: Sending, outcome: Outcome): void {
    if (outcome.kind === 'sent') return this.dealtWith(sending)
    const { announcement } = sending
    if (outcome.kind === 'too-long' && announcement.share > shareMin) {
      const shorter = { ...sending, announcement: shortened(announcement) }
      this.sending = shorter
      this.retryAfter(shorter, 0)
    } else if (outcome.kind === 'later' && !this.isGivenUp(sending)) {
      sending.failures += 1
      const delayMs = outcome.afterMs ?? retryDelayMs(sending.failures, Math.random())
      this.retryAfter(sending, delayMs)
    } else {
      const notices = this.outbox.first(sending.count)
      for (const { message } of notices.flatMap(({ items }) => items)) {
        this.context.fail(outcome.error, message)
      }
      this.dealtWith(sending)
    }
  }

  private dealtWith({ count }: Sending): void {
    this.outbox.removeFirst(count)
    this.sending = undefined
  }

  private isGivenUp({ since }: Sending): boolean {
    const { retryForMs } = this.policy
    return retryForMs > 0 && this.now() - since >= retryForMs
  }

  private retryAfter(sending: Sending, delayMs: number): void {
    this.retry = this.context.timers.after(delayMs, () => {
      this.retry = undefined
      this.send(sending)
    })
  }
}

/** Notices in one message. */
const joinedMax = 1000
const sleepMaxMs = 60_000
const shareMin = 1 / 16

function shortened(announcement: Announcement): Announcement {
  return { ...announcement, share: announcement.share / 2 }
}

function sizeOf(announcement: Announcement | undefined): number {
  return announcement?.items.length ?? 0
}

/** Each alert as it stands now. */
function latestOf(notices: readonly Notice[]): readonly Item[] {
  const latest = new Map<string, Item>()
  for (const [at, item] of notices.flatMap(({ items }) => items).entries()) {
    const line = item.change === 'message' ? `#${at}` : item.identity
    latest.delete(line)
    latest.set(line, item)
  }
  return [...latest.values()]
}

function full(waitingMax: number, name: string): NodeError {
  const text = `${waitingMax} alerts wait for ${name}: there is no room for more.`
  return new NodeError('NOTIFY_FULL', text)
}

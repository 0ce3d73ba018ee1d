import { NodeError } from '@millrace/sdk'
import type { States } from '../fold.ts'
import { Timeline } from './timeline.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

/** A stretch of messages of one group, each at most the gap after another. */
export interface Session {
  start: number
  /** Time of the latest message. */
  last: number
  states: States
}

/** Sessions of all groups together; messages that would need more leave by the error port. */
const sessionsMax = 5_000_000

/**
 * Windows that end when a group has been silent for the gap. Each message opens [time, time + gap);
 * windows that overlap or touch are one. A session is registered under an end that it had; when
 * that comes and the session has grown since, it is registered anew, so that a message costs no
 * registration.
 */
export class SessionWindows implements Windows {
  private readonly parts: WindowParts<Session[]>
  private readonly gapMs: number
  private readonly fires = new Timeline()
  private readonly cleanups = new Timeline()
  private watermark = -Infinity
  private count = 0

  constructor(parts: WindowParts<Session[]>, gapMs: number) {
    this.parts = parts
    this.gapMs = gapMs
  }

  get nextAt(): number {
    return Math.min(this.fires.next - 1, this.cleanups.next)
  }

  takeUp(watermark: number): void {
    this.watermark = watermark
    for (const [key, sessions] of this.parts.groups.entries()) {
      this.count += sessions.length
      for (const session of sessions) this.register(key, this.endOf(session))
      this.letGo(key, sessions)
    }
  }

  add(key: Key, time: number): boolean {
    const { fold, groups } = this.parts
    const sessions = groups.get(key) ?? []
    const session = this.join(sessions, time) ?? this.open(key, sessions, time)
    if (session === undefined) return false
    const before = this.endOf(session)
    session.start = Math.min(session.start, time)
    session.last = Math.max(session.last, time)
    fold.add(session.states, time)
    groups.set(key, sessions)
    this.afterAdding(key, session, before)
    return true
  }

  advance(watermark: number): void {
    this.watermark = watermark
    while (this.fires.next !== Infinity && this.fires.next - 1 <= watermark) this.fire()
    while (this.cleanups.next !== Infinity && this.cleanups.next <= watermark) {
      for (const key of this.cleanups.take()) this.letGo(key, this.parts.groups.get(key) ?? [])
    }
  }

  /** The session that the time belongs to, after joining those that it connects. */
  private join(sessions: Session[], time: number): Session | undefined {
    const touched = sessions.filter(
      ({ start, last }) => start <= time + this.gapMs && time <= last + this.gapMs,
    )
    const [kept, ...others] = touched
    if (kept === undefined) return undefined
    for (const other of others) {
      this.parts.fold.merge(kept.states, other.states)
      kept.last = Math.max(kept.last, other.last)
      sessions.splice(sessions.indexOf(other), 1)
      this.count -= 1
    }
    return kept
  }

  private open(key: Key, sessions: Session[], time: number): Session | undefined {
    if (this.isOver(time + this.gapMs)) return undefined
    if (this.count >= sessionsMax) {
      throw new NodeError('WINDOW_FULL', `There are ${sessionsMax} sessions open already.`)
    }
    const session: Session = { start: time, last: time, states: this.parts.fold.create() }
    sessions.push(session)
    sessions.sort((one, other) => one.start - other.start)
    this.count += 1
    this.register(key, this.endOf(session))
    return session
  }

  private afterAdding(key: Key, session: Session, before: number): void {
    const end = this.endOf(session)
    // What it was registered under has passed.
    if (end !== before && before - 1 <= this.watermark) this.register(key, end)
    if (end - 1 <= this.watermark) this.tell(key, session)
  }

  private register(key: Key, end: number): void {
    if (end - 1 > this.watermark) this.fires.add(end, key)
    else this.cleanups.add(end - 1 + this.parts.latenessMs, key)
  }

  private fire(): void {
    const end = this.fires.next
    for (const key of this.fires.take()) {
      const sessions = this.parts.groups.get(key) ?? []
      for (const session of sessions) {
        // It has grown since it was registered.
        if (this.endOf(session) > end) this.fires.add(this.endOf(session), key)
        if (this.endOf(session) === end) this.tell(key, session)
      }
      if (this.parts.latenessMs > 0) this.cleanups.add(end - 1 + this.parts.latenessMs, key)
      else this.letGo(key, sessions, end)
    }
  }

  private tell(key: Key, session: Session): void {
    const { fold, groups, isDiscarding, onResult } = this.parts
    const { start, states } = session
    const end = this.endOf(session)
    const sessions = groups.get(key)
    if (isDiscarding && sessions !== undefined) {
      session.states = fold.create()
      groups.set(key, sessions)
    }
    onResult({ key, start, end, time: end - 1, states })
  }

  /** Removes the sessions that are over, as far as their results have been given. */
  private letGo(key: Key, sessions: Session[], firedEnd = this.watermark + 1): void {
    const kept = sessions.filter((session) => {
      const end = this.endOf(session)
      return end > firedEnd || !this.isOver(end)
    })
    if (kept.length === sessions.length) return
    this.count -= sessions.length - kept.length
    if (kept.length === 0) this.parts.groups.delete(key)
    else this.parts.groups.set(key, kept)
  }

  private endOf(session: Session): number {
    return session.last + this.gapMs
  }

  private isOver(end: number): boolean {
    return end - 1 + this.parts.latenessMs <= this.watermark
  }
}

import type { KeyedState } from '@millrace/sdk'
import { DueKeys } from '../keyed/due-keys.ts'

export interface Life {
  /** When it was heard last; null when it never was. */
  last: number | null
  /** From when on its silence counts. */
  since: number
  isSilent: boolean
  isExpected: boolean
  /** Whether time has come to when it was heard first, or it is expected. */
  isBorn: boolean
  /** Stretches of time in which it was heard, after a silence and after the watermark. */
  ahead: Stretch[]
}

/** Heard at both ends, and in between never silent for long enough to count. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface Heard {
  readonly change: 'silent' | 'back'
  readonly key: string
  readonly time: number
  readonly lastSeen: number | null
  readonly silentForMs: number
}

interface Rules {
  readonly silentAfterMs: number
  /** Infinity never forgets. */
  readonly forgetAfterMs: number
}

/**
 * Follows who is silent as time goes on. A key is silent once nothing was heard of it for the whole of
 * `silentAfterMs`; what comes exactly then comes too late.
 */
export class Liveness {
  private readonly lives: KeyedState<Life>
  private readonly rules: Rules
  private readonly due = new DueKeys()
  silentCount = 0

  constructor(lives: KeyedState<Life>, rules: Rules) {
    this.lives = lives
    this.rules = rules
    for (const [key, life] of lives.entries()) {
      if (life.isSilent) this.silentCount += 1
      this.arm(String(key), life)
    }
  }

  /** The time after which something happens without a message. */
  get nextAt(): number {
    return this.due.next
  }

  get count(): number {
    return this.lives.size
  }

  /** When anything was heard last. */
  get latest(): number {
    let latest = -Infinity
    for (const [, { last, ahead }] of this.lives.entries()) {
      latest = Math.max(latest, last ?? -Infinity, ahead.at(-1)?.to ?? -Infinity)
    }
    return latest
  }

  has(key: string): boolean {
    return this.lives.get(key) !== undefined
  }

  /** Watches a key from now on, also if nothing has been heard of it yet. */
  expect(key: string, now: number): void {
    const life = this.lives.get(key) ?? { ...newLife(now), last: null }
    life.isExpected = true
    this.store(key, life)
  }

  /** No longer expected; it is forgotten like any other. */
  release(expected: ReadonlySet<string>): void {
    for (const [key, life] of this.lives.entries()) {
      if (!life.isExpected || expected.has(String(key))) continue
      life.isExpected = false
      this.store(String(key), life)
    }
  }

  /** Time in which nobody listened does not count as silence. */
  forgive(ms: number): void {
    for (const [key, life] of this.lives.entries()) {
      if (life.isSilent) continue
      life.since += ms
      this.store(String(key), life)
    }
  }

  /** Heard at a time after the one to which `advance` came; in any order. */
  hear(key: string, time: number): void {
    const life = this.lives.get(key) ?? { ...newLife(time), last: null, isBorn: false }
    const { silentAfterMs } = this.rules
    life.ahead = merged([...life.ahead, { from: time, to: time }], silentAfterMs)
    const [first] = life.ahead
    const isAlive = life.isBorn && !life.isSilent
    if (first !== undefined && isAlive && first.from < life.since + silentAfterMs) {
      life.ahead.shift()
      life.last = Math.max(life.last ?? -Infinity, first.to)
      life.since = Math.max(life.since, first.to)
    }
    this.store(key, life)
  }

  /** Heard at the very time to which `advance` came; whether it is back thereby. */
  hearNow(key: string, time: number): Heard | null {
    const life = this.lives.get(key) ?? newLife(time)
    const heard = life.isSilent ? this.comeBack(key, life, { from: time, to: time }) : null
    life.last = time
    life.since = Math.max(life.since, time)
    this.store(key, life)
    return heard
  }

  /** Nothing more will be heard at times up to this one. What became certain, in order of time. */
  advance(time: number): readonly Heard[] {
    if (this.due.next > time) return []
    const found: Heard[] = []
    for (const key of this.due.take(time)) {
      const life = this.lives.get(key)
      if (life !== undefined) this.live(String(key), life, { time, found })
    }
    return found.toSorted((one, other) => one.time - other.time || (one.key < other.key ? -1 : 1))
  }

  private live(
    key: string,
    life: Life,
    { time, found }: { readonly time: number; readonly found: Heard[] },
  ): void {
    for (let at = this.dueOf(life); at <= time; at = this.dueOf(life)) {
      const [next] = life.ahead
      if (!life.isBorn) bear(life)
      else if (!life.isSilent) found.push(this.fallSilent(key, life))
      else if (next !== undefined && next.from === at) found.push(this.comeBack(key, life, next))
      else {
        this.silentCount -= 1
        this.lives.delete(key)
        return
      }
    }
    this.store(key, life)
  }

  private fallSilent(key: string, life: Life): Heard {
    life.isSilent = true
    this.silentCount += 1
    const at = life.since + this.rules.silentAfterMs
    return { change: 'silent', key, time: at, ...silence(life, at) }
  }

  private comeBack(key: string, life: Life, { from, to }: Stretch): Heard {
    const heard: Heard = { change: 'back', key, time: from, ...silence(life, from) }
    life.isSilent = false
    this.silentCount -= 1
    life.last = to
    life.since = to
    life.ahead.shift()
    return heard
  }

  private store(key: string, life: Life): void {
    this.lives.set(key, life)
    this.arm(key, life)
  }

  private arm(key: string, life: Life): void {
    this.due.set(key, this.dueOf(life))
  }

  /** The time that has to be over for something to happen. */
  private dueOf({ since, isSilent, isExpected, isBorn, ahead: [next] }: Life): number {
    const { silentAfterMs, forgetAfterMs } = this.rules
    if (!isBorn) return next?.from ?? Infinity
    if (!isSilent) return since + silentAfterMs - 1
    const forgottenAt = isExpected ? Infinity : since + Math.max(forgetAfterMs, silentAfterMs) - 1
    return Math.min(next?.from ?? Infinity, forgottenAt)
  }
}

function newLife(time: number): Life {
  return {
    last: time,
    since: time,
    isSilent: false,
    isExpected: false,
    isBorn: true,
    ahead: [],
  }
}

/** Heard for the first time, which is no return. */
function bear(life: Life): void {
  const first = life.ahead.shift()
  life.isBorn = true
  life.last = first?.to ?? null
  life.since = first?.to ?? life.since
}

function silence(life: Life, at: number): { lastSeen: number | null; silentForMs: number } {
  return { lastSeen: life.last, silentForMs: at - (life.last ?? life.since) }
}

function merged(stretches: readonly Stretch[], gapMs: number): Stretch[] {
  const all: Stretch[] = []
  for (const stretch of stretches.toSorted((one, other) => one.from - other.from)) {
    const before = all.at(-1)
    if (before === undefined || stretch.from >= before.to + gapMs) all.push(stretch)
    else all[all.length - 1] = { from: before.from, to: Math.max(before.to, stretch.to) }
  }
  return all
}

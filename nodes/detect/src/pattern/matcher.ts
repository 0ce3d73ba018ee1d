import type { Message } from '@millrace/sdk'
import type { Plan } from './plan.ts'
import { beginning, follow, isComplete, isEnough } from './run.ts'
import type { Numbered, Run } from './run.ts'

/** Everything that may come of one message being the first of a match. */
export interface Attempt {
  /** Number and time of that message. */
  readonly at: number
  readonly start: number
  /** The preferred one first; empty once it came to nothing. */
  runs: readonly Run[]
  /** Decided, and waiting until the attempts that began earlier are decided as well. */
  match: Run | null
}

/** What is remembered of a key. */
export interface KeyState {
  /** Messages whose turn has not come, in the order of their time. */
  waiting: Message[]
  /** In the order in which they began. */
  attempts: Attempt[]
  nextNumber: number
}

export interface Found {
  readonly kind: 'match' | 'incomplete'
  readonly start: number
  readonly run: Run
  /** When that became certain. */
  readonly decidedAt: number
}

export interface Told {
  readonly found: (found: Found) => void
  /** The message could have begun a match, but too many are begun already. */
  readonly refused: (message: Message) => void
}

const attemptsMax = 1000
const runsMax = 100

/** An event-time pattern over the messages of one key, as in a non-deterministic automaton. */
export class Matcher {
  private readonly plan: Plan
  private readonly told: Told

  constructor(plan: Plan, told: Told) {
    this.plan = plan
    this.told = told
  }

  /** Takes in the next message; they come in the order of their time. */
  add(state: KeyState, message: Message, time: number): void {
    this.expire(state, time - 1)
    const numbered = { message, time, number: state.nextNumber }
    state.nextNumber += 1
    for (const attempt of state.attempts) {
      if (attempt.match === null) this.proceed(attempt, attempt.runs, numbered)
    }
    this.begin(state, numbered)
    this.settle(state, time)
  }

  /** No message of a time up to this one will come. */
  expire(state: KeyState, time: number): void {
    for (;;) {
      const attempt = state.attempts.find(({ match }) => match === null)
      if (attempt === undefined || this.lastTime(attempt) > time) return
      this.runOut(attempt)
      this.settle(state, this.lastTime(attempt))
    }
  }

  /** The time up to which messages can belong to the attempt that ends first. */
  nextAt({ attempts: [first] }: KeyState): number {
    return first === undefined ? Infinity : this.lastTime(first)
  }

  private lastTime({ start }: Attempt): number {
    return start + this.plan.withinMs - 1
  }

  private begin(state: KeyState, numbered: Numbered): void {
    const { time: start, number: at } = numbered
    const attempt: Attempt = { at, start, runs: [], match: null }
    this.proceed(attempt, [beginning], numbered)
    if (attempt.match === null && attempt.runs.length === 0) return
    if (state.attempts.length < attemptsMax) state.attempts.push(attempt)
    else this.told.refused(numbered.message)
  }

  private proceed(attempt: Attempt, runs: readonly Run[], numbered: Numbered): void {
    const next = runs.flatMap((run) => follow(run, numbered, this.plan))
    const complete = next.find((run) => isComplete(run, this.plan))
    if (complete !== undefined) decide(attempt, complete)
    else attempt.runs = next.length > runsMax ? this.thin(next) : next
  }

  /** Its time is over: it is a match if it only waited for something not to come. */
  private runOut(attempt: Attempt): void {
    const match = attempt.runs.find((run) => isEnough(run, this.plan))
    if (match !== undefined) {
      decide(attempt, match)
      return
    }
    const run = furthest(attempt.runs)
    attempt.runs = []
    if (run === undefined) return
    const decidedAt = this.lastTime(attempt)
    this.told.found({ kind: 'incomplete', start: attempt.start, run, decidedAt })
  }

  /**
   * Tells the matches. One that might be cut off by the match of an earlier attempt waits until
   * that is decided.
   */
  private settle(state: KeyState, decidedAt: number): void {
    let left = state.attempts.filter(({ runs, match }) => match !== null || runs.length > 0)
    const isFree = this.plan.skip.to === 'next'
    for (let at = 0; at < left.length;) {
      const attempt = left[at]
      if (attempt?.match == null) {
        if (!isFree) break
        at += 1
        continue
      }
      const { match, start } = attempt
      left.splice(at, 1)
      left = this.prune(left, match)
      this.told.found({ kind: 'match', start, run: match, decidedAt })
    }
    state.attempts = left
  }

  private prune(attempts: Attempt[], { lastAt, skipAt }: Run): Attempt[] {
    const { to } = this.plan.skip
    if (to === 'next') return attempts
    const from = to === 'pastLast' ? lastAt + 1 : (skipAt ?? 0)
    return attempts.filter(({ at }) => at >= from)
  }

  /** Runs in the same place have the same ahead of them, unless conditions look back. */
  private thin(runs: readonly Run[]): readonly Run[] {
    const seen = new Set<string>()
    const kept = runs.filter(({ step, count }) => {
      const { min = 0, max = 0 } = this.plan.steps[step] ?? {}
      const place = `${step} ${max === Infinity ? Math.min(count, min) : count}`
      return seen.size < seen.add(place).size
    })
    return kept.slice(0, runsMax)
  }
}

function decide(attempt: Attempt, match: Run): void {
  attempt.match = match
  attempt.runs = []
}

function furthest(runs: readonly Run[]): Run | undefined {
  let best = runs[0]
  for (const run of runs) if (best === undefined || run.step > best.step) best = run
  return best
}

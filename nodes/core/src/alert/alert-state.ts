/** What is known of one key; kept while its alert is open or about to be raised. */
export interface AlertState {
  /** When the alert was raised; null while it is only about to be. */
  readonly since: number | null
  /** When it will be raised (or, once open, cleared) if nothing speaks against it until then. */
  readonly dueAt: number | null
  /** When it will be repeated. */
  readonly repeatAt: number | null
  readonly isAcknowledged: boolean
  /** How it was described last. */
  readonly about: About
}

export interface About {
  readonly text: string
  readonly value: unknown
  readonly topic: string | undefined
}

export interface AlertRules {
  readonly raiseAfterMs: number
  readonly clearAfterMs: number
  /** 0 never repeats. */
  readonly repeatEveryMs: number
}

/** What a message says of its key; null is unknown. */
export interface Evidence {
  readonly raise: boolean | null
  readonly clear: boolean | null
}

export type AlertChange = 'raised' | 'repeated' | 'cleared'

export interface AlertStep {
  /** Null when there is nothing left to remember. */
  readonly state: AlertState | null
  readonly change: AlertChange | null
  /** What to say about the change. */
  readonly told: AlertState | null
}

const quiet: AlertStep = { state: null, change: null, told: null }

/** Takes a message in. `describe` is asked only when the alert is open or about to be raised. */
export function observe(
  before: AlertState | null,
  evidence: Evidence,
  { now, rules, describe }: { now: number; rules: AlertRules; describe: () => About },
): AlertStep {
  if (before === null && evidence.raise !== true) return quiet
  const state = before?.since == null ? rising(before, evidence, now + rules.raiseAfterMs) : before
  if (state === null) return quiet
  const described = { ...state, about: describe() }
  const next = state.since === null ? described : clearing(described, evidence, now, rules)
  return elapse(next, now, rules)
}

/** Lets time pass: what has become due happens. */
export function elapse(state: AlertState, now: number, rules: AlertRules): AlertStep {
  if (state.dueAt !== null && now >= state.dueAt) {
    return state.since === null
      ? changed('raised', { ...state, since: now, dueAt: null, repeatAt: repeatAt(now, rules) })
      : { state: null, change: 'cleared', told: state }
  }
  if (state.repeatAt !== null && now >= state.repeatAt) {
    return changed('repeated', { ...state, repeatAt: repeatAt(now, rules) })
  }
  return { state, change: null, told: null }
}

function changed(change: AlertChange, state: AlertState): AlertStep {
  return { state, change, told: state }
}

function repeatAt(now: number, { repeatEveryMs }: AlertRules): number | null {
  return repeatEveryMs > 0 ? now + repeatEveryMs : null
}

export function acknowledge(state: AlertState): AlertState {
  return { ...state, isAcknowledged: true, repeatAt: null }
}

/** When time alone will change something, or null. */
export function nextAt(state: AlertState): number | null {
  if (state.dueAt === null) return state.repeatAt
  return state.repeatAt === null ? state.dueAt : Math.min(state.dueAt, state.repeatAt)
}

/** The state over a restart: a clock that was set back meanwhile puts nothing off. */
export function within(state: AlertState, now: number, rules: AlertRules): AlertState {
  const { since, dueAt, repeatAt } = state
  const waitMs = since === null ? rules.raiseAfterMs : rules.clearAfterMs
  const isDueWithin = (dueAt ?? now) <= now + waitMs
  const isRepeatWithin = (repeatAt ?? now) <= now + rules.repeatEveryMs
  if (isDueWithin && isRepeatWithin && (since ?? now) <= now) return state
  return {
    ...state,
    since: since === null ? null : Math.min(since, now),
    dueAt: dueAt === null ? null : Math.min(dueAt, now + waitMs),
    repeatAt: repeatAt === null ? null : Math.min(repeatAt, now + rules.repeatEveryMs),
  }
}

function rising(before: AlertState | null, { raise }: Evidence, dueAt: number): AlertState | null {
  if (raise === false) return null
  return before ?? { since: null, dueAt, repeatAt: null, isAcknowledged: false, about: nothing }
}

function clearing(
  state: AlertState,
  { clear }: Evidence,
  now: number,
  { clearAfterMs }: AlertRules,
): AlertState {
  if (clear === null) return state
  return { ...state, dueAt: clear ? (state.dueAt ?? now + clearAfterMs) : null }
}

const nothing: About = { text: '', value: null, topic: undefined }

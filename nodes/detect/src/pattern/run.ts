import type { Message } from '@millrace/sdk'
import type { Exit, Plan, Step } from './plan.ts'

/** What a step has taken, as conditions and results see it. */
export interface Taken {
  readonly count: number
  readonly first: Message
  readonly last: Message
  /** Of a step that may come several times: its messages, up to a hundred. */
  readonly messages?: readonly Message[]
}

/** A message in its place among those of its key. */
export interface Numbered {
  readonly message: Message
  readonly time: number
  readonly number: number
}

/** One way in which the messages so far may be the beginning of a match. */
export interface Run {
  /** The step in which it is; -1 before the first. */
  readonly step: number
  /** Messages that this step has taken. */
  readonly count: number
  readonly steps: Readonly<Record<string, Taken>>
  readonly previous: Message | null
  readonly end: number
  /** Number of the last message taken. */
  readonly lastAt: number
  /** Number of the message at which to begin again after the match, where that is asked for. */
  readonly skipAt: number | null
  /** It takes no more messages, and only waits that something does not come. */
  readonly isClosed: boolean
}

export const beginning: Run = {
  step: -1,
  count: 0,
  steps: {},
  previous: null,
  end: 0,
  lastAt: -1,
  skipAt: null,
  isClosed: false,
}

const messagesMax = 100

/**
 * The ways to go on with a message, the preferred one first: rather stay in the step than go to the
 * next one, rather the next one than one further on. None when the run has come to nothing.
 */
export function follow(run: Run, numbered: Numbered, plan: Plan): readonly Run[] {
  const step = plan.steps[run.step]
  const isEnough = run.count >= (step?.min ?? 0)
  const exit = exitOf(run, plan)
  const seen = { ...numbered.message, previous: run.previous, steps: run.steps }
  const holds = (index: number): boolean => plan.steps[index]?.condition(seen) === true
  if (isEnough && exit.absent.some(holds)) return []
  if (run.isClosed) return [run]
  const ways: Run[] = []
  if (step !== undefined && run.count < step.max && holds(run.step)) {
    ways.push(take(run, run.step, { numbered, plan }))
  }
  if (isEnough) {
    for (const index of exit.next) if (holds(index)) ways.push(take(run, index, { numbered, plan }))
  }
  if (ways.length > 0) return ways
  return passOver(run, exit, { isEnough, plan })
}

/** Whether the run is a match as it is, unless something comes that must not. */
export function isEnough(run: Run, plan: Plan): boolean {
  return exitOf(run, plan).isEnd && run.count >= (plan.steps[run.step]?.min ?? 0)
}

/** Whether it is a match for good. */
export function isComplete(run: Run, plan: Plan): boolean {
  return isEnough(run, plan) && exitOf(run, plan).absent.length === 0
}

/** The step that has to come, for telling what was missing. */
export function waitsFor(run: Run, plan: Plan): string | undefined {
  const step = plan.steps[run.step]
  if (step !== undefined && run.count < step.min) return step.name
  return plan.steps[exitOf(run, plan).next.at(-1) ?? -1]?.name
}

function exitOf({ step }: Run, plan: Plan): Exit {
  return plan.exits[step] ?? plan.begin
}

function passOver(
  run: Run,
  exit: Exit,
  { isEnough: isDone, plan }: { readonly isEnough: boolean; readonly plan: Plan },
): readonly Run[] {
  if (run.step < 0) return []
  if (!plan.isStrict) return [run]
  const onlyWaits = isDone && exit.isEnd && exit.absent.length > 0
  return onlyWaits ? [{ ...run, isClosed: true }] : []
}

function take(
  run: Run,
  index: number,
  { numbered, plan }: { readonly numbered: Numbered; readonly plan: Plan },
): Run {
  const { message, time, number } = numbered
  const step = plan.steps[index]
  if (step === undefined) return run
  const before = index === run.step ? run.steps[step.name] : undefined
  const taken = add(before, message, step)
  return {
    step: index,
    count: taken.count,
    steps: { ...run.steps, [step.name]: taken },
    previous: message,
    end: time,
    lastAt: number,
    skipAt: skipAt(run, index, { number, plan }),
    isClosed: false,
  }
}

function add(before: Taken | undefined, message: Message, { max }: Step): Taken {
  const count = (before?.count ?? 0) + 1
  const first = before?.first ?? message
  if (max === 1) return { count, first, last: message }
  const kept = before?.messages ?? []
  const messages = kept.length < messagesMax ? [...kept, message] : kept
  return { count, first, last: message, messages }
}

function skipAt(
  run: Run,
  index: number,
  { number, plan: { skip } }: { readonly number: number; readonly plan: Plan },
): number | null {
  if (!('step' in skip) || skip.step !== index) return run.skipAt
  return skip.to === 'last' ? number : (run.skipAt ?? number)
}

import type { Verdict } from './verdict.ts'

/** One way in which things go wrong. */
export interface Fault {
  readonly name: string
  readonly about: string
  /** Why it cannot be tried on this machine. */
  whyNot?(): string | undefined
  /** With `isShort` it takes a few seconds. */
  run(options: {
    readonly isShort: boolean
    readonly say: (text: string) => void
  }): Promise<Outcome>
}

export interface Outcome {
  /** What was done to it, in words, such as "200 kills". */
  readonly tried: string
  readonly verdict: Verdict
  /** What else is wrong; nothing should be. */
  readonly problems: readonly string[]
  /** Whether messages may be in the file more than once, as when the publisher sends them again. */
  readonly mayRepeat?: boolean
}

/** What was lost or wrong, in sentences; nothing where all is well. */
export function lossesOf({ verdict, problems, mayRepeat = false }: Outcome): readonly string[] {
  const { missing, repeated, wrong } = verdict
  const losses = [...problems]
  if (missing.length > 0) {
    const least = missing.reduce((one, other) => Math.min(one, other))
    const most = missing.reduce((one, other) => Math.max(one, other))
    losses.push(`${missing.length} acknowledged messages are missing, from ${least} to ${most}`)
  }
  if (repeated > 0 && !mayRepeat) losses.push(`${repeated} messages are there more than once`)
  if (wrong.length > 0)
    losses.push(`${wrong.length} windows are wrong: ${wrong.slice(0, 3).join('; ')}`)
  return losses
}

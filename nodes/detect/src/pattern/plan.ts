import { NodeError } from '@millrace/sdk'
import type { Expression } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { descriptor } from './descriptor.ts'

type Config = ConfigOf<typeof descriptor>
type Row = Config['steps'][number]

export interface Step {
  readonly name: string
  readonly condition: Expression<boolean>
  readonly min: number
  readonly max: number
  /** Its message must not come. */
  readonly isAbsent: boolean
}

/** What may come after a step that was taken often enough. */
export interface Exit {
  /** The steps that may come next, the nearest first. */
  readonly next: readonly number[]
  /** The steps that must not come. */
  readonly absent: readonly number[]
  /** Nothing more has to come. */
  readonly isEnd: boolean
}

/** A pattern, made ready. */
export interface Plan {
  readonly steps: readonly Step[]
  /** By step, that before the first one at the end. */
  readonly exits: readonly Exit[]
  readonly begin: Exit
  readonly withinMs: number
  readonly isStrict: boolean
  readonly skip: Skip
  /** Attempts can only go on under the same one. */
  readonly shape: string
}

export type Skip =
  | { readonly to: 'pastLast' | 'next' }
  | { readonly to: 'first' | 'last'; readonly step: number }

export function planOf(config: Config): Plan {
  const steps = config.steps.map(stepOf)
  const begin = exitOf(steps, 0)
  check(steps, begin)
  const { withinMs, between } = config
  return {
    steps,
    exits: steps.map((_, index) => exitOf(steps, index + 1)),
    begin,
    withinMs,
    isStrict: between === 'refused',
    skip: skipOf(config, steps),
    shape: JSON.stringify(steps.map(({ name, min, max, isAbsent }) => [name, min, max, isAbsent])),
  }
}

function stepOf(row: Row): Step {
  const { name, condition } = row
  const [min, max] = timesOf(row)
  return { name, condition, min, max, isAbsent: row.often === 'never' }
}

function timesOf({ often, atLeast, atMost }: Row): readonly [number, number] {
  switch (often) {
    case 'oneOrMore':
      return [1, Infinity]
    case 'between':
      return [atLeast, Math.max(atLeast, atMost ?? Infinity)]
    case 'optional':
      return [0, 1]
    default:
      return [1, 1]
  }
}

function exitOf(steps: readonly Step[], from: number): Exit {
  const next: number[] = []
  const absent: number[] = []
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at]
    if (step?.isAbsent === true) {
      absent.push(at)
      continue
    }
    next.push(at)
    if ((step?.min ?? 0) > 0) return { next, absent, isEnd: false }
  }
  return { next, absent, isEnd: true }
}

function check(steps: readonly Step[], begin: Exit): void {
  const names = new Set(steps.map(({ name }) => name))
  if (names.size < steps.length) throw wrong('Two steps have the same name.')
  if (begin.absent.length > 0) throw wrong('A match cannot begin with a message that never comes.')
  if (begin.isEnd) throw wrong('One of the steps must be needed.')
}

function skipOf({ afterMatch, afterStep }: Config, steps: readonly Step[]): Skip {
  if (afterMatch === 'pastLast' || afterMatch === 'next') return { to: afterMatch }
  const step = steps.findIndex(({ name }) => name === afterStep)
  if (step < 0) throw wrong(`No step is called "${afterStep}" after which to begin again.`)
  if (steps[step]?.isAbsent === true)
    throw wrong(`No match can begin again after "${afterStep}", which is called never to come.`)
  return { to: afterMatch, step }
}

function wrong(text: string): NodeError {
  return new NodeError('DETECT_PATTERN', text)
}

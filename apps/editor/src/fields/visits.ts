import type { Problem } from '@millrace/flow'
import { isUnfinished } from '../model/index.ts'

/** Where in a form a person has been. */
export interface Visits {
  /** The field that has the focus. */
  readonly at: string | undefined
  /** Fields that were left. */
  readonly left: ReadonlySet<string>
}

export const noVisits: Visits = { at: undefined, left: new Set() }

export function arrived(visits: Visits, field: string): Visits {
  return visits.at === field ? visits : { ...visits, at: field }
}

export function departed({ at, left }: Visits, field: string): Visits {
  return { at: at === field ? undefined : at, left: new Set(left).add(field) }
}

/** All that is wrong now is told from now on, whether somebody was there or not. */
export function insisted({ at, left }: Visits, problems: readonly Problem[]): Visits {
  return { at, left: new Set([...left, ...problems.flatMap(({ field }) => field ?? [])]) }
}

/**
 * The problems that a form shows: of a field that was left, all; before that neither what is
 * missing, nor anything while it is typed in.
 */
export function problemsToTell(
  problems: readonly Problem[],
  { at, left }: Visits,
): readonly Problem[] {
  return problems.filter((problem) => {
    const { field } = problem
    if (field === undefined || left.has(field)) return true
    return !isUnfinished(problem) && field !== at
  })
}

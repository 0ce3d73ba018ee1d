import type { Problem } from '@millrace/flow'
import type { FlowState } from './flow-state.ts'

/** How a problem is told: what is merely not finished yet stays calm until somebody deploys it. */
export type ProblemLook = 'error' | 'warning' | 'unfinished'

/** What is wrong with a node that was just placed, before anybody had the time to set it up. */
const unfinishedCodes: ReadonlySet<string> = new Set([
  'FIELD_MISSING',
  'SECRET_MISSING',
  'NODE_UNREACHED',
  'NODE_UNUSED',
])

/** Whether something is not there yet, rather than wrong. */
export function isUnfinished({ code }: Problem): boolean {
  return unfinishedCodes.has(code)
}

/** `tried` are the nodes that somebody deployed, or wanted to. */
export function lookOf(problem: Problem, tried: ReadonlySet<string>): ProblemLook {
  const isNew = problem.node !== undefined && !tried.has(problem.node)
  return isNew && isUnfinished(problem) ? 'unfinished' : problem.severity
}

export interface ProblemCounts {
  readonly errors: number
  readonly warnings: number
  readonly unfinished: number
}

export function countProblems(
  problems: readonly Problem[],
  tried: ReadonlySet<string>,
): ProblemCounts {
  const looks = problems.map((problem) => lookOf(problem, tried))
  const countOf = (wanted: ProblemLook) => looks.filter((look) => look === wanted).length
  return {
    errors: countOf('error'),
    warnings: countOf('warning'),
    unfinished: countOf('unfinished'),
  }
}

/** What is to be seen at first. */
export function worstLook({ errors, warnings, unfinished }: ProblemCounts): ProblemLook | 'none' {
  if (errors > 0) return 'error'
  if (warnings > 0) return 'warning'
  return unfinished > 0 ? 'unfinished' : 'none'
}

/** All that is drawn has been tried now. */
export function allTried({ document }: FlowState): ReadonlySet<string> {
  return new Set(document.nodes.keys())
}

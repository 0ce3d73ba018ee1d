import type { Problem } from '@millrace/flow'

export interface NodeProblems {
  readonly errors: number
  readonly warnings: number
  /** What the first of them says. */
  readonly first: string
}

const known = new WeakMap<readonly Problem[], ReadonlyMap<string, NodeProblems>>()

/** The problems of each node; worked out once for a list. */
export function problemsByNode(problems: readonly Problem[]): ReadonlyMap<string, NodeProblems> {
  const found = known.get(problems)
  if (found !== undefined) return found
  const counted = new Map<string, NodeProblems>()
  for (const { node, severity, message } of problems) {
    if (node === undefined) continue
    const { errors = 0, warnings = 0, first = message } = counted.get(node) ?? {}
    const isError = severity === 'error'
    counted.set(node, {
      errors: errors + (isError ? 1 : 0),
      warnings: warnings + (isError ? 0 : 1),
      first,
    })
  }
  known.set(problems, counted)
  return counted
}

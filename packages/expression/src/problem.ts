/** Something wrong in a source text: from `start` up to, not including, `end`, in characters. */
export interface Problem {
  start: number
  end: number
  /** What was expected, where, and what was found instead. */
  message: string
  /** A warning does not keep the source from being compiled. */
  severity: 'error' | 'warning'
}

/** Thrown inside a parser and caught at its border; it never leaves this package. */
export class SyntaxFailure extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

export function errorAt(start: number, end: number, message: string): Problem {
  return { start, end, message, severity: 'error' }
}

export function warningAt(start: number, end: number, message: string): Problem {
  return { start, end, message, severity: 'warning' }
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error')
}

/** "column 7", or "line 2, column 3" where the source has several lines. Both count from 1. */
export function placeOf(source: string, offset: number): string {
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1
  const column = offset - lineStart + 1
  if (!source.includes('\n')) return `column ${column}`
  const line = source.slice(0, lineStart).split('\n').length
  return `line ${line}, column ${column}`
}

import { generateExpression } from './backend/generate.ts'
import { interpretExpression } from './backend/interpret.ts'
import { check } from './check/checker.ts'
import type { CheckOptions, ReturnType } from './check/checker.ts'
import type { Expression } from './message.ts'
import { hasErrors } from './problem.ts'
import type { Problem } from './problem.ts'
import type { Node } from './syntax/ast.ts'
import { parse } from './syntax/parser.ts'

/** What was asked for, with warnings if there are any; or why it cannot be had. */
export type Result<Value> =
  | { ok: true; value: Value; problems: Problem[] }
  | { ok: false; problems: Problem[] }

/** The JavaScript type of what a compiled expression returns, besides null. */
export interface ValueTypes {
  any: unknown
  boolean: boolean
  number: number
  text: string
  list: readonly unknown[]
  map: Readonly<Record<string, unknown>>
}

export interface CompileOptions<Returns extends ReturnType = ReturnType> extends Omit<
  CheckOptions,
  'source'
> {
  /** A value of another type becomes null when the expression runs. */
  returns?: Returns | undefined
}

/** Makes a function of an expression, the quick way: a few nanoseconds to run. Uses `new Function`. */
export function compile<Returns extends ReturnType = 'any'>(
  source: string,
  options: CompileOptions<Returns> = {},
): Result<Expression<ValueTypes[Returns]>> {
  return build(source, options, generateExpression)
}

/** The same as `compile` where code must not be made, such as a page with a strict CSP. */
export function interpret<Returns extends ReturnType = 'any'>(
  source: string,
  options: CompileOptions<Returns> = {},
): Result<Expression<ValueTypes[Returns]>> {
  return build(source, options, interpretExpression)
}

function build<Returns extends ReturnType>(
  source: string,
  options: CompileOptions<Returns>,
  backend: (ast: Node, returns: ReturnType) => Expression,
): Result<Expression<ValueTypes[Returns]>> {
  const { ast, problems } = parse(source)
  if (!ast) return { ok: false, problems }
  const checked = check(ast, { ...options, source })
  if (hasErrors(checked.problems)) return { ok: false, problems: checked.problems }
  const value = backend(ast, options.returns ?? 'any')
  // The back end makes every value that is not of the type asked for null.
  return { ok: true, value: value as Expression<ValueTypes[Returns]>, problems: checked.problems }
}

import { generateTemplate } from './backend/generate.ts'
import { interpretParts } from './backend/interpret.ts'
import { check } from './check/checker.ts'
import type { CheckOptions } from './check/checker.ts'
import type { Result } from './compile.ts'
import { maxSourceLength, maxTemplateLength } from './limits.ts'
import type { Template } from './message.ts'
import { errorAt, hasErrors, placeOf, SyntaxFailure } from './problem.ts'
import type { Problem } from './problem.ts'
import type { Node, Span } from './syntax/ast.ts'
import { checkLength, Parser } from './syntax/parser.ts'

export type TemplatePart = TextPart | HolePart

export interface TextPart extends Span {
  kind: 'text'
  text: string
}

/** `{{ … }}` with its braces; the tree counts its offsets in the whole template. */
export interface HolePart extends Span {
  kind: 'hole'
  ast: Node
}

export interface ParsedTemplate {
  parts: TemplatePart[]
  problems: Problem[]
}

export type TemplateOptions = Pick<CheckOptions, 'roots'>

/** Reads text with `{{ expression }}` holes. A hole that cannot be read is a problem and no part. */
export function parseTemplate(source: string): ParsedTemplate {
  const tooLong = checkLength(source, maxTemplateLength, 'A template')
  if (tooLong) return { parts: [], problems: [tooLong] }
  const parts: TemplatePart[] = []
  const problems: Problem[] = []
  for (let at = 0; at < source.length;) {
    const open = source.indexOf('{{', at)
    const end = open < 0 ? source.length : open
    if (end > at) parts.push({ kind: 'text', text: source.slice(at, end), start: at, end })
    if (open < 0) break
    at = readHole(source, open, { parts, problems })
  }
  return { parts, problems }
}

export function checkTemplate(
  source: string,
  options: TemplateOptions = {},
): { problems: Problem[] } {
  return { problems: checkParts(parseTemplate(source), source, options) }
}

/** Makes a function of a template: null writes nothing, lists and maps are written as JSON. */
export function compileTemplate(source: string, options: TemplateOptions = {}): Result<Template> {
  return build(source, options, generateTemplate)
}

/** The same as `compileTemplate` where code must not be made. */
export function interpretTemplate(source: string, options: TemplateOptions = {}): Result<Template> {
  return build(source, options, interpretParts)
}

function readHole(source: string, open: number, into: ParsedTemplate): number {
  try {
    const parser = new Parser(source, open + 2)
    if (parser.isAtHoleEnd) throw emptyHole(source, open)
    const ast = parser.readExpression()
    const end = parser.expectHoleEnd()
    if (end - open > maxSourceLength) throw longHole(source, open, end)
    into.parts.push({ kind: 'hole', ast, start: open, end })
    return end
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error
    into.problems.push(error.problem)
    // Go on after the end of the broken hole, so that one mistake is one problem.
    const close = source.indexOf('}}', Math.max(open + 2, error.problem.start))
    return close < 0 ? source.length : close + 2
  }
}

function emptyHole(source: string, open: number): SyntaxFailure {
  const message = `Expected an expression between "{{" and "}}" at ${placeOf(source, open)}`
  return new SyntaxFailure(errorAt(open, open + 2, message))
}

function longHole(source: string, open: number, end: number): SyntaxFailure {
  const message = `An expression may have up to ${maxSourceLength} characters; the one at ${placeOf(source, open)} has ${end - open}`
  return new SyntaxFailure(errorAt(open, end, message))
}

function checkParts(parsed: ParsedTemplate, source: string, options: TemplateOptions): Problem[] {
  const found = parsed.parts.flatMap((part) =>
    part.kind === 'hole' ? check(part.ast, { ...options, source }).problems : [],
  )
  return [...parsed.problems, ...found].toSorted((a, b) => a.start - b.start)
}

function build(
  source: string,
  options: TemplateOptions,
  backend: (parts: readonly (string | Node)[]) => Template,
): Result<Template> {
  const parsed = parseTemplate(source)
  const problems = checkParts(parsed, source, options)
  if (hasErrors(problems)) return { ok: false, problems }
  const pieces = parsed.parts.map((part) => (part.kind === 'text' ? part.text : part.ast))
  return { ok: true, value: backend(pieces), problems }
}

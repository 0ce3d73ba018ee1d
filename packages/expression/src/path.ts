import { createAccess } from './backend/path-access.ts'
import type { PathAccess } from './backend/path-access.ts'
import { generateAccess } from './backend/path-code.ts'
import type { Result } from './compile.ts'
import { maxNesting, maxPathIndex, maxSourceLength } from './limits.ts'
import type { Path, PathSegment } from './message.ts'
import { errorAt, hasErrors, placeOf, SyntaxFailure, warningAt } from './problem.ts'
import type { Problem } from './problem.ts'
import { checkLength } from './syntax/parser.ts'
import { quote } from './syntax/print.ts'
import { describeToken, isName, readToken } from './syntax/tokens.ts'
import type { Token } from './syntax/tokens.ts'

export interface ParsedPath {
  /** Null where the source could not be read. */
  segments: PathSegment[] | null
  problems: Problem[]
}

/** Reads a place in the message, such as `payload.a["b c"][0]`. */
export function parsePath(source: string): ParsedPath {
  const tooLong = checkLength(source, maxSourceLength, 'A path')
  if (tooLong) return { segments: null, problems: [tooLong] }
  try {
    const segments = readSegments(source)
    return { segments, problems: warnings(source, segments) }
  } catch (error) {
    if (error instanceof SyntaxFailure) return { segments: null, problems: [error.problem] }
    throw error
  }
}

/** Makes functions that read, write and remove what is at a path. Uses `new Function`. */
export function compilePath(source: string): Result<Path> {
  return build(source, generateAccess)
}

/** The same as `compilePath` where code must not be made. */
export function interpretPath(source: string): Result<Path> {
  return build(source, createAccess)
}

/** The canonical text of a path. */
export function printPath(segments: readonly PathSegment[]): string {
  return segments
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`
      if (!isName(segment)) return `[${quote(segment)}]`
      return index === 0 ? segment : `.${segment}`
    })
    .join('')
}

function build(
  source: string,
  access: (segments: readonly PathSegment[]) => PathAccess,
): Result<Path> {
  const { segments, problems } = parsePath(source)
  if (!segments || hasErrors(problems)) return { ok: false, problems }
  return { ok: true, value: { source, segments, ...access(segments) }, problems }
}

/** Writing to these could reach the prototype of all objects. */
const forbidden: ReadonlySet<PathSegment> = new Set(['__proto__', 'constructor', 'prototype'])

function readSegments(source: string): PathSegment[] {
  let token = readToken(source, 0)
  if (token.kind !== 'name') fail(source, token, 'the name of a message property, such as payload')
  const segments: PathSegment[] = [allowed(source, token)]
  for (
    token = readToken(source, token.end);
    token.kind !== 'end';
    token = readToken(source, token.end)
  ) {
    if (token.value === '.' && token.kind === 'symbol') {
      token = readToken(source, token.end)
      if (token.kind !== 'name') fail(source, token, 'a property name after "."')
      segments.push(allowed(source, token))
    } else if (token.value === '[' && token.kind === 'symbol') {
      token = readToken(source, token.end)
      segments.push(bracketed(source, token))
      token = readToken(source, token.end)
      if (token.value !== ']' || token.kind !== 'symbol') fail(source, token, 'a closing "]"')
    } else {
      fail(source, token, '".", "[" or the end')
    }
    if (segments.length > maxNesting) fail(source, token, `at most ${maxNesting} steps`)
  }
  return segments
}

function bracketed(source: string, token: Token): PathSegment {
  if (token.kind === 'text') return allowed(source, token)
  const { value } = token
  const isIndex = typeof value === 'number' && Number.isInteger(value) && value <= maxPathIndex
  if (token.kind === 'number' && isIndex) return value
  return fail(source, token, `a text in quotes or a whole number from 0 to ${maxPathIndex}`)
}

function allowed(source: string, token: Token): string {
  const name = String(token.value)
  if (!forbidden.has(name)) return name
  const message = `"${name}" at ${placeOf(source, token.start)} is reserved and cannot be part of a path`
  throw new SyntaxFailure(errorAt(token.start, token.end, message))
}

function fail(source: string, token: Token, expected: string): never {
  const hint =
    token.value === '-' ? '; a name with other characters is written payload["my-name"]' : ''
  const message = `Expected ${expected} at ${placeOf(source, token.start)}, found ${describeToken(token)}${hint}`
  throw new SyntaxFailure(errorAt(token.start, token.end, message))
}

function warnings(source: string, segments: readonly PathSegment[]): Problem[] {
  if (segments[0] !== 'msg' || segments.length < 2) return []
  const start = source.indexOf('msg')
  return [warningAt(start, start + 3, 'Leave out "msg": write payload.x, not msg.payload.x')]
}

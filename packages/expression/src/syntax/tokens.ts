import { errorAt, placeOf, SyntaxFailure } from '../problem.ts'
import { readTextLiteral } from './text-literal.ts'

export interface Token {
  kind: 'number' | 'text' | 'name' | 'symbol' | 'end'
  start: number
  end: number
  /** The value of a number or text, the characters of a name or symbol. */
  value: number | string
}

/**
 * The token at or after `offset`. Tokens are read one at a time, because only the parser knows
 * where an expression ends inside a template.
 */
export function readToken(source: string, offset: number): Token {
  const start = skipBlank(source, offset)
  if (start >= source.length) return { kind: 'end', start, end: start, value: '' }
  const text = readTextLiteral(source, start)
  if (text) return { kind: 'text', start, ...text }
  const number = matchAt(numberPattern, source, start)
  if (number !== '') return numberToken(source, start, number)
  const name = matchAt(namePattern, source, start)
  if (name !== '') return { kind: 'name', start, end: start + name.length, value: name }
  const symbol = matchAt(symbolPattern, source, start)
  if (symbol !== '') return { kind: 'symbol', start, end: start + symbol.length, value: symbol }
  throw unknownCharacter(source, start)
}

/** A token in words, for "found …". */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'the end'
  if (token.kind === 'text') return 'a text'
  if (token.kind === 'number') return `the number ${token.value}`
  return `"${shorten(String(token.value))}"`
}

export function isName(text: string): boolean {
  return matchAt(namePattern, text, 0) === text && text !== ''
}

// Sticky patterns without nested repetition, so each is linear in what it reads.
const blankPattern = /(?:[ \t\r\n\f\u00a0\ufeff]|\/\/[^\n]*)*/y
const numberPattern = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
const namePattern = /[\p{ID_Start}_$][\p{ID_Continue}$]*/uy
// The wrong ones (===, ??, =>) are read whole, so that the parser can say what to write instead.
const symbolPattern =
  /===|!==|==|!=|<=|>=|=>|&&|\|\||\*\*|\?\?|\?\.|\+\+|--|[-+*/%!<>=&|^~?:.,;()[\]{}#@]/y

function skipBlank(source: string, offset: number): number {
  return offset + matchAt(blankPattern, source, offset).length
}

function matchAt(pattern: RegExp, source: string, offset: number): string {
  pattern.lastIndex = offset
  return pattern.exec(source)?.[0] ?? ''
}

function numberToken(source: string, start: number, digits: string): Token {
  const end = start + digits.length
  const next = matchAt(namePattern, source, end)
  const value = Number(digits)
  if (next === '' && Number.isFinite(value)) return { kind: 'number', start, end, value }
  const found = shorten(digits + next)
  const message =
    next === ''
      ? `The number ${found} at ${placeOf(source, start)} is too large; the largest is about 1.8e308`
      : `Expected a number at ${placeOf(source, start)}, found "${found}"`
  throw new SyntaxFailure(errorAt(start, end + next.length, message))
}

function unknownCharacter(source: string, start: number): SyntaxFailure {
  const character = String.fromCodePoint(source.codePointAt(start) ?? 0)
  const hint = character === '`' ? '; write text in single or double quotes' : ''
  const message = `Expected an expression at ${placeOf(source, start)}, found the character "${character}"${hint}`
  return new SyntaxFailure(errorAt(start, start + character.length, message))
}

function shorten(text: string): string {
  return text.length > 30 ? `${text.slice(0, 29)}…` : text
}

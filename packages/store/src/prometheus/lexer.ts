import { QueryError } from './query-error.ts'

export interface Token {
  readonly kind: 'word' | 'number' | 'duration' | 'text' | 'sign' | 'end'
  readonly text: string
  /** Offset in the query. */
  readonly at: number
}

const durationPart = String.raw`\d+(?:ms|[smhdwy])`

/** In the order in which they are tried; each is linear in the text. */
const forms: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /(?:\s+|#[^\n]*)/y],
  ['duration', new RegExp(String.raw`(?:${durationPart})+(?![\w.])`, 'y')],
  ['number', /(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/y],
  // A colon before a duration is that of a subquery.
  ['sign', /:(?=\s*(?:\d|\]))/y],
  ['word', /[a-zA-Z_:][\w:]*/y],
  ['text', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['sign', /==|!=|>=|<=|=~|!~|[-+*/%^()[\]{},=<>@:]/y],
]

/** Characters of a query; longer ones are refused before they are read. */
export const queryLengthMax = 20_000

export function tokensOf(query: string): readonly Token[] {
  if (query.length > queryLengthMax) throw new QueryError('the query is too long')
  const tokens: Token[] = []
  for (let at = 0; at < query.length;) {
    const token = tokenAt(query, at)
    if (token === undefined) throw unexpected(query, at)
    at += token.text.length
    if (token.kind !== 'space')
      tokens.push({ ...token, kind: token.kind, at: at - token.text.length })
  }
  return [...tokens, { kind: 'end', text: '', at: query.length }]
}

function tokenAt(
  query: string,
  at: number,
): { kind: Token['kind'] | 'space'; text: string } | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = at
    const text = form.exec(query)?.[0]
    if (text !== undefined) return { kind, text }
  }
  return undefined
}

function unexpected(query: string, at: number): QueryError {
  const character = query.slice(at, at + 1)
  const what = /["'`]/.test(character)
    ? 'unterminated quoted string'
    : `unexpected character: '${character}'`
  return new QueryError(`1:${at + 1}: parse error: ${what}`)
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** `1h30m` in milliseconds; undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  if (!new RegExp(`^(?:${durationPart})+$`).test(text)) return undefined
  let sum = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    sum += Number(count) * (unitMs[unit] ?? 0)
  }
  return sum
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** The text that a quoted one stands for; between backticks everything means itself. */
export function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1)
  if (quoted.startsWith('`')) return inner
  return inner.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/g,
    (whole, ...groups: (string | undefined)[]) => {
      const [hex, short, long, octal, plain = ''] = groups
      const code = hex ?? short ?? long
      if (code !== undefined) return character(parseInt(code, 16), whole)
      if (octal !== undefined) return character(parseInt(octal, 8), whole)
      return escapes[plain] ?? plain
    },
  )
}

function character(code: number, whole: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole
}

import { InfluxError } from './influx-error.ts'

export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'duration' | 'pattern' | 'sign' | 'end'
  /** Without quotes and escapes. */
  readonly text: string
}

const durationPart = String.raw`\d+(?:ns|µ|us|u|ms|[smhdw])`

/** In the order in which they are tried; each is linear in the text. */
const forms: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /(?:\s+|--[^\n]*)/y],
  ['duration', new RegExp(String.raw`(?:${durationPart})+(?![\w.])`, 'y')],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y],
  ['word', /[a-zA-Z_]\w*/y],
  ['name', /"(?:[^"\\\n]|\\.)*"/y],
  ['text', /'(?:[^'\\\n]|\\.)*'/y],
  ['sign', /::|<>|!=|>=|<=|=~|!~|[-+*/%(),.;=<>]/y],
]

const pattern = /\/(?:[^/\\\n]|\\.)*\//y
/** A regular expression begins where an operand is expected, and there is no division. */
const beforePattern: ReadonlySet<string> = new Set(['=~', '!~', 'from', ',', '(', 'by', 'select'])

const queryLengthMax = 50_000

export function tokensOf(query: string): readonly Token[] {
  if (query.length > queryLengthMax) throw new InfluxError('the query is too long')
  const tokens: Token[] = []
  for (let at = 0; at < query.length;) {
    const found = patternAt(query, at, tokens.at(-1)) ?? tokenAt(query, at)
    if (found === undefined)
      throw new InfluxError(`error parsing query: found ${query[at]} at char ${at + 1}`)
    at += found.length
    if (found.kind !== 'space') tokens.push({ kind: found.kind, text: found.text })
  }
  return [...tokens, { kind: 'end', text: '' }]
}

interface Found {
  readonly kind: Token['kind'] | 'space'
  readonly text: string
  readonly length: number
}

function patternAt(query: string, at: number, before: Token | undefined): Found | undefined {
  if (query[at] !== '/' || before === undefined) return undefined
  if (!beforePattern.has(before.text.toLowerCase())) return undefined
  pattern.lastIndex = at
  const text = pattern.exec(query)?.[0]
  if (text === undefined) return undefined
  return { kind: 'pattern', text: text.slice(1, -1).replaceAll('\\/', '/'), length: text.length }
}

function tokenAt(query: string, at: number): Found | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = at
    const text = form.exec(query)?.[0]
    if (text === undefined) continue
    const isQuoted = kind === 'name' || kind === 'text'
    return { kind, text: isQuoted ? unquoted(text) : text, length: text.length }
  }
  return undefined
}

function unquoted(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  u: 1e-3,
  us: 1e-3,
  µ: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

export function durationMs(text: string): number {
  let sum = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ns|µ|us|u|ms|[smhdw])/g)) {
    sum += Number(count) * (unitMs[unit] ?? 0)
  }
  return sum
}

import { InfluxError } from './influx-error.ts'
import { durationMs } from './lexer.ts'
import type { Comparison, Condition, Operand } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

const depthMax = 100

/** Reads what follows WHERE. `now()` is the time of the request. */
export function parseCondition(reader: TokenReader, nowMs: number, depth = 0): Condition {
  if (depth > depthMax) throw new InfluxError('error parsing query: nested too deeply')
  let left = parseBoth(reader, nowMs, depth)
  while (reader.takeWords('or')) {
    left = { kind: 'or', left, right: parseBoth(reader, nowMs, depth) }
  }
  return left
}

function parseBoth(reader: TokenReader, nowMs: number, depth: number): Condition {
  let left = parseOne(reader, nowMs, depth)
  while (reader.takeWords('and')) {
    left = { kind: 'and', left, right: parseOne(reader, nowMs, depth) }
  }
  return left
}

const comparisons: ReadonlySet<string> = new Set([
  '=',
  '!=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  '=~',
  '!~',
])

function parseOne(reader: TokenReader, nowMs: number, depth: number): Condition {
  if (reader.takeSign('(')) {
    const inner = parseCondition(reader, nowMs, depth + 1)
    reader.expectSign(')')
    return inner
  }
  const name = reader.expectName()
  if (reader.takeSign('::')) reader.expectName()
  const { text } = reader.peek()
  if (!comparisons.has(text)) throw reader.unexpected('operator')
  reader.next()
  // One of the set just asked.
  const operator = (text === '<>' ? '!=' : text) as Comparison
  const isTime = name.toLowerCase() === 'time'
  const value: Operand = isTime
    ? { kind: 'time', value: parseTime(reader, nowMs) }
    : parseOperand(reader)
  const isPattern = operator === '=~' || operator === '!~'
  if (isPattern !== (value.kind === 'pattern')) throw reader.unexpected('regex')
  return { kind: 'compare', name, operator, value }
}

function parseOperand(reader: TokenReader): Operand {
  const isNegative = reader.takeSign('-')
  const { kind, text } = reader.next()
  if (kind === 'number') return { kind: 'number', value: Number(text) * (isNegative ? -1 : 1) }
  if (kind === 'text' && !isNegative) return { kind: 'text', value: text }
  if (kind === 'pattern') return { kind: 'pattern', value: text }
  const word = text.toLowerCase()
  if (kind === 'word' && (word === 'true' || word === 'false')) {
    return { kind: 'boolean', value: word === 'true' }
  }
  throw new InfluxError(`error parsing query: found ${text.slice(0, 100)}, expected a value`)
}

/** A time, and durations that are added to it. A bare number is in nanoseconds. */
function parseTime(reader: TokenReader, nowMs: number): number {
  let time = parseTimePart(reader, nowMs)
  for (;;) {
    const sign = reader.takeSign('+') ? 1 : reader.takeSign('-') ? -1 : 0
    if (sign === 0) return time
    time += sign * parseTimePart(reader, nowMs)
  }
}

function parseTimePart(reader: TokenReader, nowMs: number): number {
  if (reader.takeSign('-')) return -parseTimePart(reader, nowMs)
  const { kind, text } = reader.next()
  if (kind === 'duration') return durationMs(text)
  if (kind === 'number') return Number(text) / 1e6
  if (kind === 'text') return dateOf(text)
  if (kind === 'word' && text.toLowerCase() === 'now') {
    reader.expectSign('(')
    reader.expectSign(')')
    return nowMs
  }
  throw new InfluxError(`error parsing query: found ${text.slice(0, 100)}, expected a time`)
}

/** RFC 3339, or the same with a space and without a zone, which then is UTC. */
function dateOf(text: string): number {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text.replace(' ', 'T')
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(whole) ? whole : `${whole}Z`)
  if (!Number.isNaN(time)) return time
  throw new InfluxError(`invalid operation: time and "${text.slice(0, 50)}" are not compatible`)
}

import { InfluxError } from './influx-error.ts'
import { durationMs } from './lexer.ts'
import { parseCondition } from './parse-condition.ts'
import { TokenReader } from './token-reader.ts'
import type {
  Column,
  Expression,
  Fill,
  GroupBy,
  Names,
  SelectStatement,
  ShowStatement,
  Statement,
} from './syntax.ts'

const statementsMax = 100

/** Reads statements, separated by semicolons. Throws an `InfluxError`. */
export function parseStatements(text: string, nowMs: number): readonly Statement[] {
  const reader = new TokenReader(text)
  const statements: Statement[] = []
  while (reader.peek().kind !== 'end') {
    if (reader.takeSign(';')) continue
    statements.push(parseStatement(reader, nowMs))
    if (reader.peek().kind !== 'end' && !reader.takeSign(';')) throw reader.unexpected(';')
    if (statements.length > statementsMax) throw new InfluxError('too many statements')
  }
  if (statements.length === 0) throw new InfluxError('missing required parameter "q"')
  return statements
}

function parseStatement(reader: TokenReader, nowMs: number): Statement {
  if (reader.takeWords('select')) return parseSelect(reader, nowMs)
  if (reader.takeWords('show')) return parseShow(reader, nowMs)
  const word = reader.peek().text.slice(0, 50).toUpperCase()
  throw new InfluxError(`${word} is not possible here: Millrace lets its data be read alone`)
}

const shown = [
  'databases',
  'measurements',
  'retention policies',
  'tag keys',
  'tag values',
  'field keys',
  'series',
  'diagnostics',
] as const

function parseShow(reader: TokenReader, nowMs: number): ShowStatement {
  const what = shown.find((words) => reader.takeWords(words))
  if (what === undefined) throw reader.unexpected(shown.join(', ').toUpperCase())
  let database = reader.takeWords('on') ? reader.expectName() : undefined
  let measurement: Names | undefined
  if (what === 'measurements' && reader.takeWords('with measurement')) {
    if (!reader.takeSign('=') && !reader.takeSign('=~')) throw reader.unexpected('=, =~')
    measurement = reader.expectNames()
  }
  const source = reader.takeWords('from') ? parseSources(reader) : { from: [] }
  database ??= source.database
  const keys = what === 'tag values' ? parseKeys(reader) : []
  const where = reader.takeWords('where') ? parseCondition(reader, nowMs) : undefined
  const limit = reader.numberAfter('limit')
  const offset = reader.numberAfter('offset')
  return {
    kind: 'show',
    what,
    database,
    from: source.from,
    keys,
    measurement,
    where,
    limit,
    offset,
  }
}

/** `WITH KEY = x`, `=~ /x/` or `IN (x, y)`. */
function parseKeys(reader: TokenReader): readonly Names[] {
  reader.expectWords('with key')
  if (!reader.takeWords('in')) {
    if (!reader.takeSign('=') && !reader.takeSign('=~')) throw reader.unexpected('IN, =, =~')
    return [reader.expectNames()]
  }
  reader.expectSign('(')
  const keys = [reader.expectNames()]
  while (reader.takeSign(',')) keys.push(reader.expectNames())
  reader.expectSign(')')
  return keys
}

interface Sources {
  readonly from: readonly Names[]
  readonly database?: string | undefined
}

/** Names of measurements, before which database and retention policy may stand. */
function parseSources(reader: TokenReader): Sources {
  if (reader.peek().text === '(') throw new InfluxError('subqueries are not supported here')
  const from: Names[] = []
  let database: string | undefined
  do {
    // `database.policy.measurement`; what is between two points may be left out.
    const parts: (Names | undefined)[] = [reader.expectNames()]
    while (reader.takeSign('.')) {
      parts.push(reader.peek().text === '.' ? undefined : reader.expectNames())
    }
    const [last, , first] = parts.toReversed()
    if (first !== undefined && 'name' in first) database = first.name
    if (last !== undefined) from.push(last)
  } while (reader.takeSign(','))
  return { from, database }
}

function parseSelect(reader: TokenReader, nowMs: number): SelectStatement {
  const columns = [parseColumn(reader)]
  while (reader.takeSign(',')) columns.push(parseColumn(reader))
  reader.expectWords('from')
  const { from, database } = parseSources(reader)
  const where = reader.takeWords('where') ? parseCondition(reader, nowMs) : undefined
  const groupBy = reader.takeWords('group by') ? parseGroupBy(reader) : noGroups
  const fill = reader.takeWords('fill') ? parseFill(reader) : 'null'
  const isDescending = parseOrder(reader)
  const limit = reader.numberAfter('limit')
  const offset = reader.numberAfter('offset')
  const seriesLimit = reader.numberAfter('slimit')
  reader.numberAfter('soffset')
  skipZone(reader)
  const head = { kind: 'select', columns, database, from, where } as const
  return { ...head, groupBy, fill, isDescending, limit, offset, seriesLimit }
}

const noGroups: GroupBy = { offsetMs: 0, tags: [], isAll: false }

function parseColumn(reader: TokenReader): Column {
  const value = parseExpression(reader, 0)
  const name = reader.takeWords('as') ? reader.expectName() : nameOf(value)
  return { value, name }
}

function nameOf(value: Expression): string {
  switch (value.kind) {
    case 'field':
      return value.name
    case 'call':
      return value.name
    case 'operation':
      return [value.left, value.right]
        .map(nameOf)
        .filter((name) => name !== '')
        .join('_')
    default:
      return ''
  }
}

const precedence: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2 }
const depthMax = 50

function parseExpression(reader: TokenReader, least: number, depth = 0): Expression {
  if (depth > depthMax) throw new InfluxError('error parsing query: nested too deeply')
  let left = parseAtom(reader, depth)
  for (;;) {
    const { kind, text } = reader.peek()
    const binding = kind === 'sign' ? precedence[text] : undefined
    if (binding === undefined || binding < least) return left
    reader.next()
    const right = parseExpression(reader, binding + 1, depth + 1)
    // One of the keys of the table just asked.
    left = { kind: 'operation', operator: text as '+', left, right }
  }
}

function parseAtom(reader: TokenReader, depth: number): Expression {
  if (reader.takeSign('(')) {
    const inner = parseExpression(reader, 0, depth + 1)
    reader.expectSign(')')
    return inner
  }
  if (reader.takeSign('-')) {
    const right = parseAtom(reader, depth + 1)
    return { kind: 'operation', operator: '*', left: { kind: 'number', value: -1 }, right }
  }
  if (reader.takeSign('*')) return { kind: 'fields', pattern: undefined }
  const { kind, text } = reader.peek()
  if (kind === 'number') return { kind: 'number', value: Number(reader.next().text) }
  if (kind === 'duration') return { kind: 'duration', ms: durationMs(reader.next().text) }
  if (kind === 'pattern') return { kind: 'fields', pattern: reader.next().text }
  const name = reader.expectName()
  if (kind === 'word' && reader.takeSign('(')) return parseCall(reader, text.toLowerCase(), depth)
  if (reader.takeSign('::')) reader.expectName()
  return { kind: 'field', name }
}

function parseCall(reader: TokenReader, name: string, depth: number): Expression {
  const args: Expression[] = []
  while (!reader.takeSign(')')) {
    args.push(parseExpression(reader, 0, depth + 1))
    if (!reader.takeSign(',') && reader.peek().text !== ')') throw reader.unexpected(')')
  }
  return { kind: 'call', name, args }
}

function parseGroupBy(reader: TokenReader): GroupBy {
  let everyMs: number | undefined
  let offsetMs = 0
  let isAll = false
  const tags: Names[] = []
  do {
    const { kind, text } = reader.peek()
    if (reader.takeSign('*')) isAll = true
    else if (kind === 'word' && text.toLowerCase() === 'time' && reader.peek(1).text === '(') {
      reader.next()
      reader.next()
      everyMs = durationMs(reader.next().text)
      if (!(everyMs > 0)) throw new InfluxError('GROUP BY time needs a duration')
      if (reader.takeSign(',')) offsetMs = parseOffset(reader)
      reader.expectSign(')')
    } else {
      tags.push(reader.expectNames())
      if (reader.takeSign('::')) reader.expectName()
    }
  } while (reader.takeSign(','))
  return { everyMs, offsetMs, tags, isAll }
}

function parseOffset(reader: TokenReader): number {
  const sign = reader.takeSign('-') ? -1 : 1
  return sign * durationMs(reader.next().text)
}

function parseFill(reader: TokenReader): Fill {
  reader.expectSign('(')
  const sign = reader.takeSign('-') ? -1 : 1
  const { kind, text } = reader.next()
  reader.expectSign(')')
  if (kind === 'number') return { value: sign * Number(text) }
  const word = text.toLowerCase()
  if (word === 'null' || word === 'none' || word === 'previous' || word === 'linear') return word
  throw new InfluxError(`error parsing query: found ${text.slice(0, 50)}, expected a way to fill`)
}

function parseOrder(reader: TokenReader): boolean {
  if (!reader.takeWords('order by')) return false
  reader.expectWords('time')
  if (reader.takeWords('desc')) return true
  reader.takeWords('asc')
  return false
}

/** Stretches begin by UTC; the zone of who asks changes nothing but days. */
function skipZone(reader: TokenReader): void {
  if (!reader.takeWords('tz')) return
  reader.expectSign('(')
  reader.next()
  reader.expectSign(')')
}

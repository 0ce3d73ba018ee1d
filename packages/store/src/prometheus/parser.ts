import { durationMs, tokensOf, unquoted } from './lexer.ts'
import type { Token } from './lexer.ts'
import { QueryError } from './query-error.ts'
import { aggregationOperators, parameterOperators } from './syntax.ts'
import type { Aggregation, Matcher, Matching, Query, Selector, Subquery } from './syntax.ts'

/** Reads a PromQL query. Throws a `QueryError` that says where it cannot be read. */
export function parseQuery(text: string): Query {
  return new Parser(tokensOf(text)).all()
}

/** Reads a selector alone, as `match[]` has it. */
export function parseSelector(text: string): readonly Matcher[] {
  const query = parseQuery(text)
  if (query.kind === 'selector' && query.rangeMs === undefined) return query.matchers
  throw new QueryError(`"${text.slice(0, 200)}" is no series selector`)
}

const precedence: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 7,
}
const negationPrecedence = 6
const depthMax = 100

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  all(): Query {
    if (this.#peek().kind === 'end')
      throw new QueryError('1:1: parse error: no expression found in input')
    const query = this.#operation(0)
    if (this.#peek().kind !== 'end') throw this.#unexpected()
    return query
  }

  #operation(least: number): Query {
    this.#depth += 1
    if (this.#depth > depthMax) throw new QueryError('the query is nested too deeply')
    let left = this.#unary()
    for (;;) {
      const operator = this.#peek().kind === 'text' ? '' : this.#peek().text.toLowerCase()
      const binding = precedence[operator]
      if (binding === undefined || binding < least) break
      this.#next()
      const isBool = this.#takeWord('bool')
      const matching = this.#matching()
      // A power binds to the right.
      const right = this.#operation(operator === '^' ? binding : binding + 1)
      left = { kind: 'operation', operator, left, right, isBool, matching }
    }
    this.#depth -= 1
    return left
  }

  #unary(): Query {
    if (this.#take('-')) return { kind: 'negation', of: this.#operation(negationPrecedence) }
    if (this.#take('+')) return this.#operation(negationPrecedence)
    return this.#modified(this.#atom())
  }

  #atom(): Query {
    const token = this.#next()
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
    if (token.kind === 'duration') {
      return { kind: 'number', value: (durationMs(token.text) ?? 0) / 1000 }
    }
    if (token.kind === 'text') return { kind: 'text', value: unquoted(token.text) }
    if (token.text === '(' && token.kind === 'sign') {
      const inner = this.#operation(0)
      this.#expect(')')
      return inner
    }
    if (token.text === '{') return selector(this.#matchers([]))
    if (token.kind === 'word') return this.#named(token)
    throw this.#unexpected(token)
  }

  #named(token: Token): Query {
    const { text } = token
    const next = this.#peek().text
    const lower = text.toLowerCase()
    if (aggregationOperators.has(lower) && ['(', 'by', 'without'].includes(next.toLowerCase())) {
      return this.#aggregation(lower)
    }
    if (next === '(' && this.#peek().kind === 'sign') {
      return { kind: 'call', name: text, args: this.#arguments() }
    }
    if (lower === 'inf' || lower === 'nan') {
      return { kind: 'number', value: lower === 'inf' ? Infinity : Number.NaN }
    }
    const name: Matcher = { label: '__name__', operator: '=', value: text }
    return selector(this.#take('{') ? this.#matchers([name]) : [name])
  }

  #arguments(): Query[] {
    this.#expect('(')
    const args: Query[] = []
    while (!this.#take(')')) {
      args.push(this.#operation(0))
      if (!this.#take(',') && this.#peek().text !== ')') throw this.#unexpected()
    }
    return args
  }

  #aggregation(operator: string): Aggregation {
    const before = this.#grouping()
    const args = this.#arguments()
    const grouping = before ?? this.#grouping() ?? { labels: [], isWithout: false }
    const wanted = parameterOperators.has(operator) ? 2 : 1
    const of = args.at(-1)
    if (args.length !== wanted || of === undefined) {
      throw new QueryError(
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      )
    }
    const parameter = wanted === 2 ? args[0] : undefined
    return { kind: 'aggregation', operator, of, parameter, ...grouping }
  }

  #grouping(): { labels: readonly string[]; isWithout: boolean } | undefined {
    const isWithout = this.#takeWord('without')
    if (!isWithout && !this.#takeWord('by')) return undefined
    return { labels: this.#labels(), isWithout }
  }

  #matching(): Matching {
    const isOn = this.#takeWord('on')
    const labels = isOn || this.#takeWord('ignoring') ? this.#labels() : []
    const isLeft = this.#takeWord('group_left')
    const isRight = !isLeft && this.#takeWord('group_right')
    const isGrouped = isLeft || isRight
    const include = isGrouped && this.#peek().text === '(' ? this.#labels() : []
    return { isOn, labels, many: isLeft ? 'left' : isRight ? 'right' : undefined, include }
  }

  #labels(): string[] {
    this.#expect('(')
    const labels: string[] = []
    while (!this.#take(')')) {
      labels.push(this.#labelName())
      if (!this.#take(',') && this.#peek().text !== ')') throw this.#unexpected()
    }
    return labels
  }

  #labelName(): string {
    const token = this.#next()
    if (token.kind === 'word') return token.text
    if (token.kind === 'text') return unquoted(token.text)
    throw this.#unexpected(token)
  }

  /** Up to the closing brace; the opening one is taken. */
  #matchers(first: readonly Matcher[]): Matcher[] {
    const matchers = [...first]
    while (!this.#take('}')) {
      const isQuoted = this.#peek().kind === 'text'
      const label = this.#labelName()
      const operator = this.#peek().text
      if (isQuoted && (operator === ',' || operator === '}')) {
        matchers.push({ label: '__name__', operator: '=', value: label })
      } else matchers.push(this.#matcher(label))
      if (!this.#take(',') && this.#peek().text !== '}') throw this.#unexpected()
    }
    return matchers
  }

  #matcher(label: string): Matcher {
    const { text: operator } = this.#next()
    if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~') {
      throw this.#unexpected(this.#tokens[this.#at - 1])
    }
    const value = this.#next()
    if (value.kind !== 'text') throw this.#unexpected(value)
    return { label, operator, value: unquoted(value.text) }
  }

  /** Range, offset and fixed time after a selector or a subquery. */
  #modified(query: Query): Query {
    let modified = query
    for (;;) {
      if (this.#take('[')) modified = this.#ranged(modified)
      else if (this.#takeWord('offset')) {
        const isBack = this.#take('-')
        const offsetMs = this.#duration() * (isBack ? -1 : 1)
        modified = { ...movable(modified, 'offset'), offsetMs }
      } else if (this.#take('@')) {
        modified = { ...movable(modified, '@'), at: this.#fixedTime() }
      } else return modified
    }
  }

  #ranged(query: Query): Query {
    const rangeMs = this.#duration()
    if (rangeMs <= 0) throw new QueryError('duration must be greater than 0')
    const stepMs = this.#subqueryStep()
    this.#expect(']')
    if (stepMs !== undefined) {
      return { kind: 'subquery', of: query, rangeMs, stepMs: stepMs || undefined, offsetMs: 0 }
    }
    if (query.kind === 'selector' && query.rangeMs === undefined) return { ...query, rangeMs }
    throw new QueryError('ranges only allowed for vector selectors')
  }

  /** After the colon of a subquery; 0 for none given, undefined without a colon. */
  #subqueryStep(): number | undefined {
    const { kind, text } = this.#peek()
    if (text !== ':' || (kind !== 'sign' && kind !== 'word')) return undefined
    this.#next()
    return this.#peek().text === ']' ? 0 : this.#duration()
  }

  #fixedTime(): number | 'start' | 'end' {
    const sign = this.#take('-') ? -1 : 1
    const token = this.#next()
    if (token.kind === 'number') return Number(token.text) * 1000 * sign
    if (token.text !== 'start' && token.text !== 'end') throw this.#unexpected(token)
    this.#expect('(')
    this.#expect(')')
    return token.text
  }

  #duration(): number {
    const token = this.#next()
    const found = token.kind === 'number' ? Number(token.text) * 1000 : durationMs(token.text)
    if (found === undefined || !Number.isFinite(found)) throw this.#unexpected(token)
    return found
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? endToken
  }

  #next(): Token {
    const token = this.#peek()
    this.#at += 1
    return token
  }

  #take(sign: string): boolean {
    const token = this.#peek()
    if (token.kind !== 'sign' || token.text !== sign) return false
    this.#at += 1
    return true
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false
    this.#at += 1
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected()
  }

  #unexpected({ kind, text, at }: Token = this.#peek()): QueryError {
    const what = kind === 'end' ? 'end of input' : `"${text.slice(0, 100)}"`
    return new QueryError(`1:${at + 1}: parse error: unexpected ${what}`)
  }
}

function movable(query: Query, what: string): Selector | Subquery {
  if (query.kind === 'selector' || query.kind === 'subquery') return query
  throw new QueryError(`${what} is possible after a series selector only`)
}

const endToken: Token = { kind: 'end', text: '', at: 0 }

function selector(matchers: readonly Matcher[]): Selector {
  const isEmpty = matchers.every(
    ({ operator, value }) =>
      (operator === '=' && value === '') || (operator === '=~' && value === '.*'),
  )
  if (isEmpty) {
    throw new QueryError('vector selector must contain at least one non-empty matcher')
  }
  return { kind: 'selector', matchers, offsetMs: 0 }
}

import { maxHeight, maxNesting, maxSourceLength } from '../limits.ts'
import { errorAt, placeOf, SyntaxFailure } from '../problem.ts'
import type { Problem } from '../problem.ts'
import type {
  BinaryOperator,
  Comprehension,
  MacroName,
  MapEntry,
  Node,
  UnaryOperator,
} from './ast.ts'
import { hintFor } from './hints.ts'
import { describeToken, readToken } from './tokens.ts'
import type { Token } from './tokens.ts'

export interface Parsed {
  /** Null where the source could not be read. */
  ast: Node | null
  problems: Problem[]
}

/** Reads one expression. Returns its tree, or the first thing that is wrong with it. */
export function parse(source: string): Parsed {
  const tooLong = checkLength(source, maxSourceLength, 'An expression')
  if (tooLong) return { ast: null, problems: [tooLong] }
  try {
    const parser = new Parser(source, 0)
    const ast = parser.readExpression()
    parser.expectEnd()
    return { ast, problems: [] }
  } catch (error) {
    if (error instanceof SyntaxFailure) return { ast: null, problems: [error.problem] }
    throw error
  }
}

export function checkLength(source: string, limit: number, what: string): Problem | null {
  if (source.length <= limit) return null
  const message = `${what} may have up to ${limit} characters; this one has ${source.length}`
  return errorAt(limit, source.length, message)
}

export const macroNames: ReadonlySet<string> = new Set<MacroName>([
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
])

const precedences: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ...['==', '!=', '<', '<=', '>', '>=', 'in'].map((operator) => [operator, 3] as const),
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
])

const anything = 0

/** A Pratt parser over the characters from `offset` on; it stops where the expression ends. */
export class Parser {
  readonly #source: string
  readonly #scope: string[] = []
  readonly #heights = new Map<Node, number>()
  #token: Token
  #previousEnd: number
  #nesting = 0

  constructor(source: string, offset: number) {
    this.#source = source
    this.#token = readToken(source, offset)
    this.#previousEnd = offset
  }

  readExpression(): Node {
    return this.#nested(() => {
      const test = this.#readBinary(anything)
      if (!this.#accept('?')) return test
      const whenTrue = this.readExpression()
      this.#expect(':', 'a ":" and what holds otherwise')
      const whenFalse = this.readExpression()
      const span = { start: test.start, end: whenFalse.end }
      const node = { kind: 'conditional' as const, test, whenTrue, whenFalse, ...span }
      return this.#made(node, [test, whenTrue, whenFalse])
    })
  }

  expectEnd(): void {
    if (this.#token.kind !== 'end') this.#fail('an operator or the end')
  }

  /** Reads `}}` and returns the offset after it. */
  expectHoleEnd(): number {
    const { start } = this.#token
    if (!this.#source.startsWith('}}', start)) this.#fail('an operator or "}}"')
    return start + 2
  }

  get isAtHoleEnd(): boolean {
    return this.#source.startsWith('}}', this.#token.start)
  }

  #readBinary(minimum: number): Node {
    let left = this.#readUnary()
    for (;;) {
      const operator = this.#operator()
      const precedence = operator === null ? 0 : (precedences.get(operator) ?? 0)
      if (operator === null || precedence <= minimum) return left
      this.#advance()
      const right = this.#readBinary(precedence)
      const span = { start: left.start, end: right.end }
      left = this.#made({ kind: 'binary', operator, left, right, ...span }, [left, right])
    }
  }

  #operator(): BinaryOperator | null {
    const { kind, value } = this.#token
    const isOperator =
      (kind === 'symbol' || (kind === 'name' && value === 'in')) && precedences.has(String(value))
    // The keys of `precedences` are exactly the binary operators.
    return isOperator ? (value as BinaryOperator) : null
  }

  #readUnary(): Node {
    const { start, value, kind } = this.#token
    if (kind === 'symbol' && (value === '!' || value === '-' || value === '--')) {
      return this.#nested(() => this.#readPrefix(start, value))
    }
    return this.#readPostfix(this.#readPrimary())
  }

  #readPrefix(start: number, symbol: '!' | '-' | '--'): Node {
    this.#advance()
    const operator: UnaryOperator = symbol === '!' ? '!' : '-'
    const operand = this.#readUnary()
    const once = this.#made({ kind: 'unary', operator, operand, start, end: operand.end }, [
      operand,
    ])
    if (symbol !== '--') return once
    return this.#made({ ...once, operand: once, kind: 'unary', operator }, [once])
  }

  #readPostfix(first: Node): Node {
    let node = first
    for (;;) {
      if (this.#accept('.')) node = this.#readMember(node)
      else if (this.#accept('[')) node = this.#readIndex(node)
      else return node
    }
  }

  #readMember(object: Node): Node {
    const token = this.#token
    if (token.kind !== 'name') this.#fail('a property or function name after "."')
    const name = String(token.value)
    this.#advance()
    if (this.#isSymbol('(')) return this.#readMethod(object, token)
    const span = { start: object.start, end: token.end }
    return this.#made({ kind: 'member', object, name, ...span }, [object])
  }

  #readIndex(object: Node): Node {
    const index = this.readExpression()
    const end = this.#expect(']', 'a closing "]"')
    return this.#made({ kind: 'index', object, index, start: object.start, end }, [object, index])
  }

  #readMethod(object: Node, name: Token): Node {
    this.#expect('(', '"("')
    if (macroNames.has(String(name.value)) && this.#token.kind === 'name') {
      const comprehension = this.#readComprehension(object, name)
      if (comprehension) return comprehension
    }
    const args = [object, ...this.#readItems(')')]
    return this.#call(name, args, { method: true, start: object.start })
  }

  /** `list.map(x, …)`: the variable is in scope in the arguments after it. */
  #readComprehension(target: Node, name: Token): Node | null {
    const variable = this.#token
    const isVariable = readToken(this.#source, variable.end).value === ','
    if (!isVariable) this.#fail(`a variable name and a comma, as in ${name.value}(x, x > 0)`)
    this.#advance()
    this.#advance()
    this.#scope.push(String(variable.value))
    const bodies = this.#readItems(')')
    this.#scope.pop()
    return this.#comprehension(target, name, { variable: String(variable.value), bodies })
  }

  #comprehension(target: Node, name: Token, parts: { variable: string; bodies: Node[] }): Node {
    const [first, second] = parts.bodies
    const limit = name.value === 'map' ? 2 : 1
    if (!first || parts.bodies.length > limit) {
      const expected = name.value === 'map' ? 'two or three arguments' : 'two arguments'
      const message = `${name.value}() expects ${expected} at ${placeOf(this.#source, name.start)}: a variable name, then what is asked of each element`
      throw new SyntaxFailure(errorAt(name.start, this.#previousEnd, message))
    }
    const node: Comprehension = {
      kind: 'comprehension',
      // `macroNames` holds nothing else.
      macro: name.value as MacroName,
      target,
      variable: parts.variable,
      condition: second ? first : null,
      body: second ?? first,
      start: target.start,
      end: this.#previousEnd,
    }
    return this.#made(node, [target, ...parts.bodies])
  }

  #readPrimary(): Node {
    const token = this.#token
    const { start, end } = token
    if (token.kind === 'number' || token.kind === 'text') {
      this.#advance()
      return this.#made({ kind: 'literal', value: token.value, start, end }, [])
    }
    if (token.kind === 'name') return this.#readName(token)
    if (this.#accept('(')) return this.#readParenthesised()
    if (this.#accept('[')) {
      const items = this.#readItems(']')
      return this.#made({ kind: 'list', items, start, end: this.#previousEnd }, items)
    }
    if (this.#accept('{')) return this.#readMap(start)
    return this.#fail('a value such as payload.temperature, 20 or "text"')
  }

  #readParenthesised(): Node {
    const inner = this.readExpression()
    this.#expect(')', 'a closing ")"')
    return inner
  }

  #readName(token: Token): Node {
    const { start, end } = token
    const name = String(token.value)
    if (name === 'in') this.#fail('a value before "in"')
    this.#advance()
    if (name === 'true' || name === 'false' || name === 'null') {
      const value = name === 'null' ? null : name === 'true'
      return this.#made({ kind: 'literal', value, start, end }, [])
    }
    if (this.#accept('(')) {
      return this.#call(token, this.#readItems(')'), { method: false, start })
    }
    const kind = this.#scope.includes(name) ? 'variable' : 'root'
    return this.#made({ kind, name, start, end }, [])
  }

  #call(name: Token, args: Node[], how: { method: boolean; start: number }): Node {
    const nameSpan = { start: name.start, end: name.end }
    const span = { start: how.start, end: this.#previousEnd }
    const node = { name: String(name.value), nameSpan, method: how.method, args, ...span }
    return this.#made({ kind: 'call', ...node }, args)
  }

  /** Items with commas between them, a last comma allowed, up to and with the closing bracket. */
  #readItems(closing: ')' | ']'): Node[] {
    const items: Node[] = []
    while (!this.#accept(closing)) {
      items.push(this.readExpression())
      if (this.#accept(',')) continue
      this.#expect(closing, `a comma or a closing "${closing}"`)
      break
    }
    return items
  }

  #readMap(start: number): Node {
    const entries: MapEntry[] = []
    while (!this.#accept('}')) {
      const key = this.#readMapKey()
      this.#expect(':', 'a ":" after the key')
      entries.push({ key, value: this.readExpression() })
      if (this.#accept(',')) continue
      this.#expect('}', 'a comma or a closing "}"')
      break
    }
    const children = entries.flatMap((entry) => [entry.key, entry.value])
    return this.#made({ kind: 'map', entries, start, end: this.#previousEnd }, children)
  }

  /** A bare name is a key, as in JavaScript; an expression as key stands in parentheses. */
  #readMapKey(): Node {
    const token = this.#token
    const isBare = token.kind === 'name' && readToken(this.#source, token.end).value === ':'
    if (!isBare) return this.readExpression()
    this.#advance()
    const { start, end } = token
    return this.#made({ kind: 'literal', value: String(token.value), start, end }, [])
  }

  #nested(read: () => Node): Node {
    if (++this.#nesting > maxNesting) {
      const message = `An expression may be nested up to ${maxNesting} levels deep; the level at ${placeOf(this.#source, this.#token.start)} is one too many`
      throw new SyntaxFailure(errorAt(this.#token.start, this.#token.end, message))
    }
    const node = read()
    this.#nesting--
    return node
  }

  #made<Made extends Node>(node: Made, children: Node[]): Made {
    const height =
      1 + children.reduce((max, child) => Math.max(max, this.#heights.get(child) ?? 0), 0)
    if (height > maxHeight) {
      const message = `The chain of operators is too long at ${placeOf(this.#source, this.#previousEnd)}; up to ${maxHeight} are allowed`
      throw new SyntaxFailure(errorAt(node.start, node.end, message))
    }
    this.#heights.set(node, height)
    return node
  }

  #isSymbol(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.value === symbol
  }

  #accept(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false
    this.#advance()
    return true
  }

  #expect(symbol: string, expected: string): number {
    if (!this.#accept(symbol)) this.#fail(expected)
    return this.#previousEnd
  }

  #advance(): void {
    this.#previousEnd = this.#token.end
    this.#token = readToken(this.#source, this.#token.end)
  }

  #fail(expected: string): never {
    const token = this.#token
    const found = token.value === '}' && this.isAtHoleEnd ? '"}}"' : describeToken(token)
    const message = `Expected ${expected} at ${placeOf(this.#source, token.start)}, found ${found}${hintFor(token)}`
    throw new SyntaxFailure(errorAt(token.start, token.end, message))
  }
}

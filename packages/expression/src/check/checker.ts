import { findFunction, functionTable } from '../functions/table.ts'
import type { FunctionDefinition, Parameter, Type } from '../functions/definition.ts'
import { errorAt, placeOf, warningAt } from '../problem.ts'
import type { Problem } from '../problem.ts'
import type { Binary, Call, Comprehension, Node, Span } from '../syntax/ast.ts'
import { macroNames, parse } from '../syntax/parser.ts'
import { segmentsOf } from '../syntax/paths-read.ts'
import { nearestName } from './nearest-name.ts'
import { join, mayBe, nameTypes, typeOfLiteral } from './type-names.ts'

/** What a place that takes an expression wants of its value. */
export type ReturnType = 'any' | 'boolean' | 'number' | 'text' | 'list' | 'map'

export interface CheckOptions {
  returns?: ReturnType | undefined
  /** Properties that messages are known to have; another is a warning with the nearest of these. */
  roots?: readonly string[] | undefined
  /** The text that a tree was read from, for line numbers in messages. */
  source?: string | undefined
}

export interface Checked {
  type: Type
  problems: Problem[]
  /** What is known of each node, for back ends. Empty where the source could not be read. */
  types: ReadonlyMap<Node, Type>
}

/** Infers types and reports everything that cannot be right, in the order of the source. */
export function check(source: string | Node, options: CheckOptions = {}): Checked {
  const parsed = typeof source === 'string' ? parse(source) : { ast: source, problems: [] }
  if (!parsed.ast) return { type: 'any', problems: parsed.problems, types: new Map() }
  const text = typeof source === 'string' ? source : (options.source ?? '')
  const checker = new Checker({ ...options, source: text })
  const type = checker.typeOf(parsed.ast)
  checker.expectReturn(parsed.ast, type)
  const problems = checker.problems.toSorted((a, b) => a.start - b.start || a.end - b.end)
  return { type, problems, types: checker.types }
}

class Checker {
  readonly problems: Problem[] = []
  readonly types = new Map<Node, Type>()
  readonly #options: CheckOptions & { source: string }

  constructor(options: CheckOptions & { source: string }) {
    this.#options = options
  }

  typeOf(node: Node): Type {
    const type = this.#infer(node)
    this.types.set(node, type)
    return type
  }

  expectReturn(node: Node, type: Type): void {
    const { returns = 'any' } = this.#options
    if (mayBe(type, [returns])) return
    const what = returns === 'boolean' ? 'a condition (true or false)' : nameTypes([returns])
    this.#error(node, `Expected ${what} at ${this.#place(node)}, but this is ${nameTypes([type])}`)
  }

  #infer(node: Node): Type {
    switch (node.kind) {
      case 'literal':
        return typeOfLiteral(node.value)
      case 'root':
        this.#checkRoot(node)
        return 'any'
      case 'variable':
        return 'any'
      case 'member':
        return this.#member(node)
      case 'index':
        return this.#index(node)
      case 'unary': {
        const wanted: Type = node.operator === '!' ? 'boolean' : 'number'
        this.#expect(node.operand, [wanted], `after "${node.operator}"`)
        return wanted
      }
      case 'binary':
        return this.#binary(node)
      case 'conditional':
        this.#expect(node.test, ['boolean'], 'before "?"')
        return join(this.typeOf(node.whenTrue), this.typeOf(node.whenFalse))
      case 'call':
        return this.#call(node)
      case 'comprehension':
        return this.#comprehension(node)
      case 'list':
        for (const item of node.items) this.typeOf(item)
        return 'list'
      case 'map':
        return this.#map(node)
    }
  }

  #checkRoot(node: Node & { kind: 'root' }): void {
    const { roots } = this.#options
    if (roots?.includes(node.name)) return
    if (node.name === 'msg') return this.#warn(node, this.#leaveOutMsg(node))
    if (!roots) return
    const near = nearestName(node.name, roots)
    const known = near ? `did you mean "${near}"?` : `known are ${roots.join(', ')}`
    const message = `Messages are not known to have "${node.name}" (${this.#place(node)}); ${known}`
    this.#warn(node, message)
  }

  #leaveOutMsg(node: Span): string {
    return `Leave out "msg" at ${this.#place(node)}: write payload.temperature, not msg.payload.temperature`
  }

  #member(node: Node & { kind: 'member' }): Type {
    const type = this.typeOf(node.object)
    if (mayBe(type, ['map'])) return 'any'
    const hint = node.name === 'length' ? 'use size()' : 'only a map has properties'
    this.#error(node, `${capital(nameTypes([type]))} has no property "${node.name}"; ${hint}`)
    return 'any'
  }

  #index(node: Node & { kind: 'index' }): Type {
    this.#expect(node.object, ['list', 'map', 'bytes'], 'before "["', 'use charAt() for text')
    this.#expect(node.index, ['number', 'text'], 'between "[" and "]"')
    return 'any'
  }

  #binary(node: Binary): Type {
    const { operator } = node
    if (operator === '&&' || operator === '||') {
      this.#expect(node.left, ['boolean'], `before "${operator}"`)
      this.#expect(node.right, ['boolean'], `after "${operator}"`)
      return 'boolean'
    }
    if (operator === '+') return this.#sum(node)
    if (operator === '-' || operator === '*' || operator === '/' || operator === '%') {
      this.#expect(node.left, ['number'], `before "${operator}"`)
      this.#expect(node.right, ['number'], `after "${operator}"`)
      return 'number'
    }
    if (operator === 'in') {
      this.typeOf(node.left)
      this.#expect(node.right, ['list', 'map'], 'after "in"', 'use contains() for text')
      return 'boolean'
    }
    if (operator === '==' || operator === '!=') this.#equality(node)
    else this.#order(node)
    return 'boolean'
  }

  #sum(node: Binary): Type {
    const left = this.typeOf(node.left)
    const right = this.typeOf(node.right)
    if (left === 'text' || right === 'text') {
      this.#complain(node.left, left, ['text', 'number', 'boolean'], { where: 'before "+"' })
      this.#complain(node.right, right, ['text', 'number', 'boolean'], { where: 'after "+"' })
      return 'text'
    }
    if (left === 'list' || right === 'list') {
      this.#complain(node.left, left, ['list'], { where: 'before "+"' })
      this.#complain(node.right, right, ['list'], { where: 'after "+"' })
      return 'list'
    }
    this.#complain(node.left, left, ['number', 'text', 'list'], { where: 'before "+"' })
    this.#complain(node.right, right, ['number', 'text', 'list'], { where: 'after "+"' })
    return left === 'number' && right === 'number' ? 'number' : 'any'
  }

  #equality(node: Binary): void {
    const left = this.typeOf(node.left)
    const right = this.typeOf(node.right)
    if (mayBe(left, [right]) || mayBe(right, [left])) return
    const result = node.operator === '==' ? 'false' : 'true'
    this.#warn(
      node,
      `${capital(nameTypes([left]))} never equals ${nameTypes([right])}: this is always ${result} (${this.#place(node)})`,
    )
  }

  #order(node: Binary): void {
    const left = this.typeOf(node.left)
    const right = this.typeOf(node.right)
    if (isNull(node.left) || isNull(node.right)) {
      const message = `Nothing is greater or less than null (${this.#place(node)}); use == null or != null`
      this.#error(node, message)
      return
    }
    if (left === 'number' || left === 'text') {
      this.#complain(node.right, right, [left], { where: `after "${node.operator}"` })
    } else {
      const wanted: Type[] = right === 'number' || right === 'text' ? [right] : ['number', 'text']
      this.#complain(node.left, left, wanted, { where: `before "${node.operator}"` })
      this.#complain(node.right, right, ['number', 'text'], { where: `after "${node.operator}"` })
    }
  }

  #map(node: Node & { kind: 'map' }): Type {
    for (const { key, value } of node.entries) {
      this.#expect(key, ['text', 'number', 'boolean'], 'as a key')
      if (key.kind === 'literal' && key.value === '__proto__') {
        this.#error(key, `"__proto__" cannot be a key (${this.#place(key)})`)
      }
      this.typeOf(value)
    }
    return 'map'
  }

  #comprehension(node: Comprehension): Type {
    this.#expect(node.target, ['list', 'map'], `before ".${node.macro}("`)
    if (node.condition) this.#expect(node.condition, ['boolean'], 'as the condition of map()')
    if (node.macro === 'map') {
      this.typeOf(node.body)
      return 'list'
    }
    this.#expect(node.body, ['boolean'], `as the condition of ${node.macro}()`)
    return node.macro === 'filter' ? 'list' : 'boolean'
  }

  #call(node: Call): Type {
    const types = node.args.map((arg) => this.typeOf(arg))
    const definition = findFunction(node.name)
    if (!definition) {
      this.#error(node.nameSpan, this.#unknownFunction(node))
      return 'any'
    }
    this.#checkCount(node, definition)
    node.args.forEach((arg, index) => {
      const parameter = parameterAt(definition, index)
      if (parameter) this.#checkArgument(arg, { parameter, type: types[index] ?? 'any', node })
    })
    if (definition.name === 'has') this.#checkHas(node)
    this.#checkLiterals(node, definition)
    return definition.result
  }

  #unknownFunction({ name, nameSpan }: Call): string {
    const place = this.#place(nameSpan)
    if (name === 'now') {
      return `There is no now() (${place}): an expression reads no clock; use time, the time of the message`
    }
    if (macroNames.has(name)) {
      return `${name}() stands after a list and begins with a variable name (${place}), as in payload.${name}(x, x > 0)`
    }
    const near = nearestName(name, [...functionTable.map((entry) => entry.name), ...macroNames])
    const hint = near ? `; did you mean ${near}()?` : ''
    return `There is no function ${name}() (${place})${hint}`
  }

  #checkCount(node: Call, { name, parameters }: FunctionDefinition): void {
    const least = parameters.filter((parameter) => !parameter.isOptional).length
    const most = parameters.some((parameter) => parameter.isRepeated) ? Infinity : parameters.length
    const given = node.args.length
    if (given >= least && given <= most) return
    const before = node.method ? 1 : 0
    const expected = countText(least - before, most - before)
    const names = parameters.slice(before).map((parameter) => parameter.name)
    const list = names.length > 0 ? ` (${names.join(', ')})` : ''
    const message = `${name}() expects ${expected}${list} at ${this.#place(node.nameSpan)}, found ${given - before}`
    this.#error(node, message)
  }

  #checkArgument(
    arg: Node,
    { parameter, type, node }: { parameter: Parameter; type: Type; node: Call },
  ): void {
    if (mayBe(type, parameter.types)) return
    const isReceiver = node.method && node.args[0] === arg
    const where = isReceiver
      ? `before ".${node.name}("`
      : `for "${parameter.name}" of ${node.name}()`
    this.#complain(arg, type, parameter.types, { where })
  }

  #checkHas(node: Call): void {
    const [arg] = node.args
    if (!arg || segmentsOf(arg) || arg.kind === 'member' || arg.kind === 'index') return
    const message = `has() expects a path such as payload.temperature at ${this.#place(arg)}`
    this.#error(arg, message)
  }

  #checkLiterals(node: Call, definition: FunctionDefinition): void {
    const literals = node.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined))
    const found = definition.check?.(literals)
    const arg = found ? node.args[found.argument] : undefined
    if (found && arg) this.#error(arg, `${found.message}, at ${this.#place(arg)}`)
  }

  #expect(node: Node, wanted: readonly Type[], where: string, hint = ''): void {
    this.#complain(node, this.typeOf(node), wanted, { where, hint })
  }

  #complain(
    node: Node,
    type: Type,
    wanted: readonly Type[],
    at: { where: string; hint?: string },
  ): void {
    if (mayBe(type, wanted)) return
    const place = `${at.where} at ${this.#place(node)}`
    const hint = at.hint ? `; ${at.hint}` : ''
    const message = `Expected ${nameTypes(wanted)} ${place}, but this is ${nameTypes([type])}${hint}`
    this.#error(node, message)
  }

  #place(span: Span): string {
    return placeOf(this.#options.source, span.start)
  }

  #error({ start, end }: Span, message: string): void {
    this.problems.push(errorAt(start, end, message))
  }

  #warn({ start, end }: Span, message: string): void {
    this.problems.push(warningAt(start, end, message))
  }
}

export function parameterAt(definition: FunctionDefinition, index: number): Parameter | undefined {
  const { parameters } = definition
  const last = parameters[parameters.length - 1]
  return parameters[index] ?? (last?.isRepeated ? last : undefined)
}

function countText(least: number, most: number): string {
  if (most === Infinity) return `at least ${least} ${least === 1 ? 'argument' : 'arguments'}`
  if (least !== most) return `${least} to ${most} arguments`
  return least === 0 ? 'no arguments' : `${least} ${least === 1 ? 'argument' : 'arguments'}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null
}

import { parameterAt } from '../check/checker.ts'
import type { ReturnType } from '../check/checker.ts'
import { findFunction } from '../functions/table.ts'
import type { FunctionDefinition, Implementation, Type } from '../functions/definition.ts'
import { maxSteps, maxTextLength } from '../limits.ts'
import type { Expression, Template } from '../message.ts'
import { createMeter } from '../runtime/meter.ts'
import type { Meter } from '../runtime/meter.ts'
import { countNodes } from '../syntax/ast.ts'
import type { Binary, Call, Comprehension, Node } from '../syntax/ast.ts'
import { quote } from '../syntax/print.ts'
import { isName } from '../syntax/tokens.ts'
import { isGrowing, isMetered } from './metering.ts'
import { allOf, fits, isPrimitive, isType, literalOperand, sumType } from './operand.ts'
import type { Operand } from './operand.ts'
import { runtime } from './runtime.ts'

/**
 * JavaScript from a checked tree, by `new Function`. Code is written from the tree alone: texts and
 * property names go through `quote`, names of variables are made here, and nothing else of what a
 * user wrote gets into it.
 */
export function generateExpression(ast: Node, returns: ReturnType): Expression {
  const writer = new Writer()
  const result = writer.write(ast)
  writer.line(`return ${coerced(result.code, returns)}`)
  // The code written above is a function of a message, whatever the tree.
  return writer.build() as Expression
}

/** A template of fixed texts and trees in turn. */
export function generateTemplate(parts: readonly (string | Node)[]): Template {
  const writer = new Writer('""')
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return quote(part)
    const { code } = writer.write(part)
    return `(typeof ${code} === "string" ? ${code} : templateText(${code}))`
  })
  writer.line(`return ${['""', ...pieces].join(' + ')}`)
  return writer.build() as Template
}

class Writer {
  readonly #lines: string[] = []
  readonly #functions: Implementation[] = []
  readonly #meter: Meter = createMeter()
  readonly #scope: { name: string; operand: Operand }[] = []
  readonly #onThrow: string
  #count = 0

  constructor(onThrow = 'null') {
    this.#onThrow = onThrow
  }

  line(code: string): void {
    this.#lines.push(code)
  }

  build(): unknown {
    const code = [
      '"use strict"',
      `const { ${Object.keys(runtime).join(', ')} } = runtime`,
      ...this.#functions.map((_, index) => `const f${index} = functions[${index}]`),
      'return function (message) {',
      'try {',
      `meter.left = ${maxSteps}`,
      ...this.#lines,
      // Getters and proxies in the data may throw, and so does a spent meter.
      `} catch { return ${this.#onThrow} }`,
      '}',
    ].join('\n')
    return new Function('runtime', 'functions', 'meter', code)(
      runtime,
      this.#functions,
      this.#meter,
    )
  }

  write(node: Node): Operand {
    switch (node.kind) {
      case 'literal':
        return literalOperand(node.value)
      case 'root':
        return this.#root(node.name)
      case 'variable':
        return this.#variable(node.name)
      case 'member':
        return this.#member(this.write(node.object), node.name)
      case 'index':
        return this.#index(node)
      case 'unary':
        return node.operator === '!' ? this.#not(node.operand) : this.#negate(node.operand)
      case 'binary':
        return this.#binary(node)
      case 'conditional':
        return this.#conditional(node)
      case 'call':
        return this.#call(node)
      case 'comprehension':
        return this.#comprehension(node)
      case 'list':
        return this.#let('list', `[${node.items.map((item) => this.write(item).code).join(', ')}]`)
      case 'map':
        return this.#map(node)
    }
  }

  #root(name: string): Operand {
    if (name in Object.prototype) return this.#let('any', `readRoot(message, ${quote(name)})`)
    const value = this.#let('any', `message[${quote(name)}]`)
    this.line(`if (${value.code} === undefined) ${value.code} = null`)
    return value
  }

  #variable(name: string): Operand {
    const entry = this.#scope.findLast((each) => each.name === name)
    if (!entry) throw new Error(`The variable ${name} is not in scope`)
    return entry.operand
  }

  /**
   * A plain map is read directly: it inherits only from Object.prototype, and names that are there
   * take the slow way. `Object.hasOwn` on each read would cost 7 ns.
   */
  #member(object: Operand, name: string): Operand {
    const o = object.code
    const slow = `readMember(${o}, ${quote(name)})`
    if (name in Object.prototype || !isName(name) || name === 'length')
      return this.#let('any', slow)
    const value = this.#let('any', 'null')
    const v = value.code
    this.line(`if (${o} !== null && typeof ${o} === "object") {`)
    this.line(`const p = prototypeOf(${o})`)
    this.line(`${v} = p === objectPrototype || p === null ? ${o}[${quote(name)}] : ${slow}`)
    this.line(`if (${v} === undefined) ${v} = null }`)
    return value
  }

  #index(node: Node & { kind: 'index' }): Operand {
    const object = this.write(node.object)
    if (node.index.kind === 'literal' && typeof node.index.value === 'string') {
      return this.#member(object, node.index.value)
    }
    return this.#let('any', `readIndex(${object.code}, ${this.write(node.index).code})`)
  }

  #not(node: Node): Operand {
    const operand = this.write(node)
    const test = isType(operand, 'boolean')
    return this.#let('boolean', `${test} ? !${operand.code} : null`)
  }

  #negate(node: Node): Operand {
    const operand = this.write(node)
    if (node.kind === 'literal' && typeof node.value === 'number') {
      return { ...operand, code: `(-${operand.code})` }
    }
    return this.#number(isType(operand, 'number'), `-${operand.code}`)
  }

  #binary(node: Binary): Operand {
    const { operator } = node
    if (operator === '&&' || operator === '||') return this.#logical(node)
    const left = this.write(node.left)
    if (operator === 'in' && isPlainList(node.right))
      return this.#inLiterals(left, node.right.items)
    const right = this.write(node.right)
    const l = left.code
    const r = right.code
    const areNumbers = allOf([isType(left, 'number'), isType(right, 'number')])
    if (operator === '+') return this.#sum(left, right, areNumbers)
    if (operator === '-' || operator === '*' || operator === '/' || operator === '%') {
      return this.#number(areNumbers, `${l} ${operator} ${r}`)
    }
    if (operator === 'in') return this.#let('boolean', `contained(${l}, ${r}, meter)`)
    if (operator === '==' || operator === '!=') return this.#equality(operator, left, right)
    // Not a number is in no order with anything: neither comparison holds.
    const fast = `${l} ${operator} ${r} ? true : ${l} ${opposites[operator]} ${r} ? false : null`
    if (areNumbers === 'true') return this.#let('boolean', fast)
    const isNumeric = left.type === 'number' || right.type === 'number'
    const slow = isNumeric ? 'null' : `compare(${quote(operator)}, ${l}, ${r})`
    return this.#let('boolean', `${areNumbers} ? ${fast} : ${slow}`)
  }

  /** Three-valued: false decides &&, true decides ||, what is not boolean is unknown. */
  #logical(node: Binary): Operand {
    const decisive = node.operator === '&&' ? 'false' : 'true'
    const neutral = node.operator === '&&' ? 'true' : 'false'
    const left = this.write(node.left)
    const result = this.#let('boolean', decisive)
    this.line(`if (${left.code} !== ${decisive}) {`)
    const right = this.write(node.right)
    const areNeutral = `${left.code} === ${neutral} && ${right.code} === ${neutral}`
    this.line(
      `if (${right.code} !== ${decisive}) ${result.code} = ${areNeutral} ? ${neutral} : null`,
    )
    this.line('}')
    return result
  }

  #number(test: string, code: string): Operand {
    const result = this.#let('number', 'null')
    const r = result.code
    this.line(`if (${test}) { ${r} = ${code}; if (${r} - ${r} !== 0) ${r} = null }`)
    return result
  }

  #sum(left: Operand, right: Operand, areNumbers: string): Operand {
    const slow = `add(${left.code}, ${right.code}, meter)`
    if (areNumbers === 'false') return this.#let(sumType(left, right), slow)
    const result = this.#let(sumType(left, right), 'null')
    const r = result.code
    this.line(`if (${areNumbers}) {`)
    this.line(`${r} = ${left.code} + ${right.code}; if (${r} - ${r} !== 0) ${r} = null`)
    this.line(`} else ${r} = ${slow}`)
    return result
  }

  #equality(operator: '==' | '!=', left: Operand, right: Operand): Operand {
    const l = left.code
    const r = right.code
    if (l === 'null' || r === 'null') return this.#let('boolean', `${l} ${operator}= ${r}`)
    if (isPrimitive(right)) {
      return this.#let('boolean', `${l} === null ? null : ${l} ${operator}= ${r}`)
    }
    if (isPrimitive(left)) return this.#equality(operator, right, left)
    const name = operator === '==' ? 'equal' : 'notEqual'
    return this.#let('boolean', `${name}(${l}, ${r}, meter)`)
  }

  #inLiterals(left: Operand, items: readonly Node[]): Operand {
    const l = left.code
    const operands = items.map((item) => this.write(item))
    const present = operands.filter((operand) => operand.type !== 'null')
    const isAny = present.map((operand) => `${l} === ${operand.code}`).join(' || ') || 'false'
    const otherwise = present.length === operands.length ? 'false' : 'null'
    return this.#let('boolean', `${l} === null ? null : ${isAny} ? true : ${otherwise}`)
  }

  #conditional(node: Node & { kind: 'conditional' }): Operand {
    const test = this.write(node.test)
    const result = this.#let('any', 'null')
    this.line(`if (${test.code} === true) {`)
    this.line(`${result.code} = ${this.write(node.then).code}`)
    this.line('} else {')
    this.line(`${result.code} = ${this.write(node.otherwise).code}`)
    this.line('}')
    return result
  }

  #call(node: Call): Operand {
    const definition = findFunction(node.name)
    if (!definition) throw new Error(`There is no function ${node.name}`)
    const args = node.args.map((arg) => this.write(arg))
    const result = this.#let(definition.result, 'null')
    this.line(`if (${this.#guard(definition, args)}) {`)
    node.args.forEach((arg, index) => {
      const operand = args[index]
      if (operand && arg.kind !== 'literal' && isMetered(definition, index)) {
        this.line(`spendFor(meter, ${operand.code})`)
      }
    })
    const name = this.#implementation(definition, node)
    this.line(`${result.code} = ${name}(${args.map((arg) => arg.code).join(', ')})`)
    if (isGrowing(definition)) {
      const r = result.code
      this.line(`if (typeof ${r} === "string" && ${r}.length > ${maxTextLength}) ${r} = null`)
    }
    this.line('}')
    return result
  }

  #guard(definition: FunctionDefinition, args: readonly Operand[]): string {
    if (definition.seesNull) return 'true'
    return allOf(args.map((arg, index) => fits(arg, parameterAt(definition, index))))
  }

  #implementation(definition: FunctionDefinition, node: Call): string {
    const literals = node.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined))
    this.#functions.push(definition.prepare({ literals, meter: this.#meter }))
    return `f${this.#functions.length - 1}`
  }

  #comprehension(node: Comprehension): Operand {
    const target = this.write(node.target)
    const items = this.#let('any', `itemsOf(${target.code})`)
    const type = node.macro === 'map' || node.macro === 'filter' ? 'list' : 'boolean'
    const result = this.#let(type, 'null')
    const count = this.#let('number', '0')
    this.line(`if (${items.code} !== null) {`)
    this.line(`${result.code} = ${initialValues[node.macro]}`)
    this.line(`for (let i = 0; i < ${items.code}.length; i++) {`)
    this.line(`spend(meter, ${1 + countNodes(node.body)})`)
    const element = this.#let('any', `${items.code}[i]`)
    this.line(`if (${element.code} === undefined) ${element.code} = null`)
    this.#scope.push({ name: node.variable, operand: element })
    if (node.condition) this.line(`if (${this.#temporary(node.condition)} === true) {`)
    const body = this.write(node.body).code
    this.line(
      stepOf(node.macro, { result: result.code, count: count.code, body, element: element.code }),
    )
    if (node.condition) this.line('}')
    this.#scope.pop()
    this.line('}')
    if (node.macro === 'exists_one') {
      this.line(`if (${result.code} !== null) ${result.code} = ${count.code} === 1`)
    }
    this.line('}')
    return result
  }

  #temporary(node: Node): string {
    return this.write(node).code
  }

  #map(node: Node & { kind: 'map' }): Operand {
    const parts = node.entries.flatMap(({ key, value }) => [this.write(key), this.write(value)])
    return this.#let('map', `mapOf([${parts.map((part) => part.code).join(', ')}])`)
  }

  #let(type: Type, value: string): Operand {
    const code = `t${this.#count++}`
    this.line(`let ${code} = ${value}`)
    const isNullable = type !== 'list' && type !== 'map'
    return { code, type, isNullable: isNullable || value === 'null' }
  }
}

const initialValues = {
  all: 'true',
  exists: 'false',
  exists_one: 'false',
  map: '[]',
  filter: '[]',
} as const

/** What one element does to the result; see the table of macros for what each means. */
function stepOf(
  macro: Comprehension['macro'],
  names: { result: string; count: string; body: string; element: string },
): string {
  const { result, count, body, element } = names
  switch (macro) {
    case 'all':
      return `if (${body} === false) { ${result} = false; break } if (${body} !== true) ${result} = null`
    case 'exists':
      return `if (${body} === true) { ${result} = true; break } if (${body} !== false) ${result} = null`
    case 'exists_one':
      return `if (${body} === true) ${count}++; else if (${body} !== false) ${result} = null`
    case 'map':
      return `${result}.push(${body})`
    case 'filter':
      return `if (${body} === true) ${result}.push(${element})`
  }
}

function isPlainList(node: Node): node is Node & { kind: 'list' } {
  return node.kind === 'list' && node.items.every((item) => item.kind === 'literal')
}

const opposites = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const

function coerced(code: string, returns: ReturnType): string {
  if (returns === 'any') return code
  if (returns === 'boolean') return `typeof ${code} === "boolean" ? ${code} : null`
  if (returns === 'number')
    return `typeof ${code} === "number" && ${code} - ${code} === 0 ? ${code} : null`
  if (returns === 'text') return `typeof ${code} === "string" ? ${code} : null`
  return `${returns === 'list' ? 'isList' : 'isMap'}(${code}) ? ${code} : null`
}

import { parameterAt } from '../check/checker.ts'
import { findFunction } from '../functions/table.ts'
import type { FunctionDefinition, Implementation, Type } from '../functions/definition.ts'
import { maxSteps, maxTextLength } from '../limits.ts'
import type { Order } from '../runtime/operators.ts'
import { createMeter } from '../runtime/meter.ts'
import type { Meter } from '../runtime/meter.ts'
import { countNodes } from '../syntax/ast.ts'
import type { Binary, Call, Comprehension, Node } from '../syntax/ast.ts'
import { quote } from '../syntax/print.ts'
import { isName } from '../syntax/tokens.ts'
import { asArithmetic, isArithmetic, isNumber, orderCode, orderFunctions } from './arithmetic.ts'
import type { Arithmetic } from './arithmetic.ts'
import { initialValues, stepOf } from './macro-code.ts'
import { isGrowing, isMetered } from './metering.ts'
import { allOf, fits, isPrimitive, isType, literalOperand } from './operand.ts'
import type { Operand } from './operand.ts'
import { runtime } from './runtime.ts'

/** Writes the statements of one function; `write` returns where the value of a tree then stands. */
export class Writer {
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
    const statements = this.#lines.join('\n')
    // Only what may be used is bound: with all of it, making a function takes twice as long.
    const used = Object.keys(runtime).filter((name) => statements.includes(name))
    const code = [
      '"use strict"',
      `const { ${used.join(', ')} } = runtime`,
      ...this.#functions.map((_, index) => `const f${index} = functions[${index}]`),
      'return function (message) {',
      'try {',
      ...(this.#usesMeter() ? [`meter.left = ${maxSteps}`] : []),
      statements,
      // Getters and proxies in the data may throw, and so does a spent meter.
      `} catch { return ${this.#onThrow} }`,
      '}',
    ].join('\n')
    // oxlint-disable-next-line typescript/no-implied-eval -- see generate.ts
    return new Function('runtime', 'functions', 'meter', code)(
      runtime,
      this.#functions,
      this.#meter,
    )
  }

  #usesMeter(): boolean {
    return this.#functions.length > 0 || this.#lines.some((line) => line.includes('meter'))
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
        return node.operator === '!' ? this.#not(node.operand) : this.#arithmetic(node)
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
   * take the slow way, as does any other object. Asking for the prototype after the read is free,
   * because V8 knows the shape by then; asking before, or `Object.hasOwn`, costs 7 ns.
   */
  #member(object: Operand, name: string): Operand {
    const o = object.code
    const slow = `readMember(${o}, ${quote(name)})`
    const isOrdinary = isName(name) && !(name in Object.prototype) && name !== 'length'
    if (!isOrdinary) return this.#let('any', slow)
    const value = this.#let('any', 'null')
    const v = value.code
    this.line(`if (${o} !== null && typeof ${o} === "object") {`)
    this.line(`${v} = ${o}[${quote(name)}]`)
    this.line(`if (${v} === undefined) ${v} = null`)
    this.line(`else if (prototypeOf(${o}) !== objectPrototype) ${v} = ${slow} }`)
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

  #binary(node: Binary): Operand {
    const { operator } = node
    if (operator === '&&' || operator === '||') return this.#logical(node)
    if (isArithmetic(node)) return this.#arithmetic(node)
    const isOrder = operator === '<' || operator === '<=' || operator === '>' || operator === '>='
    if (isOrder && (isArithmetic(node.left) || isArithmetic(node.right))) {
      return this.#numericOrder(operator, node)
    }
    const left = this.write(node.left)
    if (operator === 'in' && isPlainList(node.right)) {
      return this.#inLiterals(left, node.right.items)
    }
    const right = this.write(node.right)
    if (operator === '+') return this.#sum(left, right)
    if (isOrder) return this.#order(operator, left, right)
    if (operator === '==' || operator === '!=') return this.#equality(operator, left, right)
    return this.#let('boolean', `contained(${left.code}, ${right.code}, meter)`)
  }

  #order(operator: Order, left: Operand, right: Operand): Operand {
    const areNumbers = allOf([isType(left, 'number'), isType(right, 'number')])
    const isNumeric = left.type === 'number' || right.type === 'number'
    const slow = `${orderFunctions[operator]}(${left.code}, ${right.code})`
    if (areNumbers === 'false') return this.#let('boolean', slow)
    const quick = orderCode(operator, left.code, right.code)
    return this.#let('boolean', `${areNumbers} ? ${quick} : ${isNumeric ? 'null' : slow}`)
  }

  /** A comparison with a computed number, which so need not be put on the heap. */
  #numericOrder(operator: Order, node: Binary): Operand {
    const raw: RawNumbers = { tests: [], lines: [] }
    const left = this.#rawNumber(node.left, raw)
    const right = this.#rawNumber(node.right, raw)
    const areFinite = [isArithmetic(node.left) && left, isArithmetic(node.right) && right]
      .filter((code) => code !== false)
      .map((code) => `${code} - ${code} === 0`)
    const result = this.#let('boolean', 'null')
    this.line(`if (${allOf(raw.tests)}) {`)
    raw.lines.forEach((line) => this.line(line))
    const value = orderCode(operator, left, right)
    this.line(`if (${areFinite.join(' && ')}) ${result.code} = ${value}`)
    this.line('}')
    return result
  }

  /** A tree of arithmetic: its leaves are tested once, and between them are plain numbers. */
  #arithmetic(node: Node): Operand {
    if (node.kind === 'unary' && isNumber(node.operand)) {
      const operand = this.write(node.operand)
      return { ...operand, code: `(-${operand.code})` }
    }
    const raw: RawNumbers = { tests: [], lines: [] }
    const value = this.#rawNumber(node, raw)
    const result = this.#let('number', 'null')
    this.line(`if (${allOf(raw.tests)}) {`)
    raw.lines.forEach((line) => this.line(line))
    this.line(`if (${value} - ${value} === 0) ${result.code} = ${value}`)
    this.line('}')
    return result
  }

  /** Code for a number, given that `tests` hold and `lines` were run before. It may be infinite. */
  #rawNumber(node: Node, raw: RawNumbers): string {
    const arithmetic = asArithmetic(node)
    if (!arithmetic) {
      const operand = this.write(node)
      raw.tests.push(isType(operand, 'number'))
      return operand.code
    }
    const code = this.#rawResult(arithmetic, raw)
    const name = `n${this.#count++}`
    raw.lines.push(`const ${name} = ${code}`)
    return name
  }

  #rawResult(node: Arithmetic, raw: RawNumbers): string {
    if (node.kind === 'unary') return `-${this.#rawNumber(node.operand, raw)}`
    const left = this.#rawNumber(node.left, raw)
    const right = this.#rawNumber(node.right, raw)
    // What is not finite stays so to the end, except under a division: that must see null.
    const isDivision = node.operator === '/' || node.operator === '%'
    const isUnsure = isDivision && isArithmetic(node.right)
    const divisor = isUnsure ? `(${right} - ${right} === 0 ? ${right} : NaN)` : right
    return `${left} ${node.operator} ${divisor}`
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

  #sum(left: Operand, right: Operand): Operand {
    const areNumbers = allOf([isType(left, 'number'), isType(right, 'number')])
    const slow = `add(${left.code}, ${right.code}, meter)`
    const type = left.type === 'text' || right.type === 'text' ? 'text' : 'any'
    if (areNumbers === 'false') return this.#let(type, slow)
    const result = this.#let(type, 'null')
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
    this.line(`${result.code} = ${this.write(node.whenTrue).code}`)
    this.line('} else {')
    this.line(`${result.code} = ${this.write(node.whenFalse).code}`)
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
    if (node.condition) this.line(`if (${this.write(node.condition).code} === true) {`)
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

function isPlainList(node: Node): node is Node & { kind: 'list' } {
  return node.kind === 'list' && node.items.every((item) => item.kind === 'literal')
}

interface RawNumbers {
  tests: string[]
  lines: string[]
}

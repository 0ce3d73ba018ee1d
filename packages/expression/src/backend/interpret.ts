import { parameterAt } from '../check/checker.ts'
import type { ReturnType } from '../check/checker.ts'
import { findFunction } from '../functions/table.ts'
import type { FunctionDefinition, Type } from '../functions/definition.ts'
import { maxSteps, maxTextLength } from '../limits.ts'
import type { Expression, Message, Template } from '../message.ts'
import { createMeter, spend, spendFor } from '../runtime/meter.ts'
import type { Meter } from '../runtime/meter.ts'
import {
  add,
  contained,
  divide,
  equal,
  isAtLeast,
  isAtMost,
  isLess,
  isMore,
  multiply,
  negate,
  not,
  notEqual,
  remainder,
  subtract,
} from '../runtime/operators.ts'
import { templateText } from '../runtime/text.ts'
import {
  finite,
  isBytes,
  isList,
  isMap,
  nullFor,
  readIndex,
  readMember,
  readRoot,
} from '../runtime/values.ts'
import { countNodes } from '../syntax/ast.ts'
import type { Binary, Call, Comprehension, Node } from '../syntax/ast.ts'
import { isGrowing, isMetered } from './metering.ts'
import { itemsOf, mapOf } from './runtime.ts'

/**
 * The same meaning as generate.ts by closures over the tree, for where a content security policy
 * forbids to make code. Several times slower; both must agree on every expression and message.
 */
export function interpretExpression(ast: Node, returns: ReturnType): Expression {
  const context = createContext()
  const run = build(ast, context)
  return (message) => {
    try {
      context.meter.left = maxSteps
      return coerce(run(message), returns)
    } catch {
      // Getters and proxies in the data may throw, and so does a spent meter.
      return null
    }
  }
}

export function interpretParts(parts: readonly (string | Node)[]): Template {
  const context = createContext()
  const pieces = parts.map((part) => (typeof part === 'string' ? part : build(part, context)))
  return (message) => {
    try {
      context.meter.left = maxSteps
      const texts = pieces.map((piece) =>
        typeof piece === 'string' ? piece : templateText(piece(message)),
      )
      return texts.join('')
    } catch {
      return ''
    }
  }
}

type Run = (message: Message) => unknown

interface Context {
  meter: Meter
  /** The variables in scope, innermost last; each holds the element of the moment. */
  scope: { name: string; value: unknown }[]
}

function createContext(): Context {
  return { meter: createMeter(), scope: [] }
}

function build(node: Node, context: Context): Run {
  switch (node.kind) {
    case 'literal':
      return () => node.value
    case 'root':
      return buildRoot(node.name)
    case 'variable':
      return buildVariable(node.name, context)
    case 'member': {
      const object = build(node.object, context)
      return (message) => readMember(object(message), node.name)
    }
    case 'index': {
      const object = build(node.object, context)
      const index = build(node.index, context)
      return (message) => readIndex(object(message), index(message))
    }
    case 'unary': {
      const apply = node.operator === '!' ? not : negate
      const operand = build(node.operand, context)
      return (message) => apply(operand(message))
    }
    case 'binary':
      return buildBinary(node, context)
    case 'conditional':
      return buildConditional(node, context)
    case 'call':
      return buildCall(node, context)
    case 'comprehension':
      return buildComprehension(node, context)
    case 'list': {
      const items = node.items.map((item) => build(item, context))
      return (message) => items.map((item) => item(message))
    }
    case 'map': {
      const parts = node.entries.flatMap(({ key, value }) => [
        build(key, context),
        build(value, context),
      ])
      return (message) => mapOf(parts.map((part) => part(message)))
    }
  }
}

function buildRoot(name: string): Run {
  if (name in Object.prototype) return (message) => readRoot(message, name)
  return (message) => nullFor(message[name])
}

function buildVariable(name: string, { scope }: Context): Run {
  const variable = scope.findLast((each) => each.name === name)
  if (!variable) throw new Error(`The variable ${name} is not in scope`)
  return () => variable.value
}

function buildBinary(node: Binary, context: Context): Run {
  const left = build(node.left, context)
  const right = build(node.right, context)
  const { operator } = node
  if (operator === '&&' || operator === '||') return buildLogical(operator === '||', left, right)
  if ((operator === '==' || operator === '!=') && (isNull(node.left) || isNull(node.right))) {
    const wanted = operator === '=='
    return (message) => (left(message) === right(message)) === wanted
  }
  const apply = operators[operator]
  const { meter } = context
  return (message) => apply(left(message), right(message), meter)
}

const operators = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
  in: contained,
  '==': equal,
  '!=': notEqual,
  '<': isLess,
  '<=': isAtMost,
  '>': isMore,
  '>=': isAtLeast,
} as const

/** Three-valued: false decides &&, true decides ||, what is not boolean is unknown. */
function buildLogical(decisive: boolean, left: Run, right: Run): Run {
  return (message) => {
    const first = left(message)
    if (first === decisive) return decisive
    const second = right(message)
    if (second === decisive) return decisive
    return first === !decisive && second === !decisive ? !decisive : null
  }
}

function buildConditional(node: Node & { kind: 'conditional' }, context: Context): Run {
  const test = build(node.test, context)
  const then = build(node.whenTrue, context)
  const otherwise = build(node.whenFalse, context)
  return (message) => (test(message) === true ? then(message) : otherwise(message))
}

function buildCall(node: Call, context: Context): Run {
  const definition = findFunction(node.name)
  if (!definition) throw new Error(`There is no function ${node.name}`)
  const { meter } = context
  const args = node.args.map((arg, index) => buildArgument(arg, { index, definition, context }))
  const literals = node.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined))
  const run = definition.prepare({ literals, meter })
  const limited = isGrowing(definition) ? (...values: unknown[]) => limit(run(...values)) : run
  const [first, second] = args
  if (first && args.length === 1) {
    return (message) => {
      const value = first(message)
      return value === unfit ? null : limited(value)
    }
  }
  if (first && second && args.length === 2) {
    return (message) => {
      const one = first(message)
      const two = second(message)
      return one === unfit || two === unfit ? null : limited(one, two)
    }
  }
  return (message) => {
    const values = args.map((arg) => arg(message))
    return values.includes(unfit) ? null : limited(...values)
  }
}

/** Stands for an argument that its function does not take. */
const unfit = Symbol('unfit')

function buildArgument(
  arg: Node,
  at: { index: number; definition: FunctionDefinition; context: Context },
): Run {
  const { definition, index, context } = at
  const { meter } = context
  const run = build(arg, context)
  const accepts = testOf(definition, index)
  if (arg.kind === 'literal' || !isMetered(definition, index)) {
    return (message) => {
      const value = run(message)
      return accepts(value) ? value : unfit
    }
  }
  return (message) => {
    const value = run(message)
    if (!accepts(value)) return unfit
    spendFor(meter, value)
    return value
  }
}

function testOf(definition: FunctionDefinition, index: number): (value: unknown) => boolean {
  if (definition.seesNull) return () => true
  const types = parameterAt(definition, index)?.types ?? ['any']
  const [only] = types
  if (types.length > 1) {
    return (value) => value !== null && types.some((type) => isOfType(value, type))
  }
  if (only === undefined || only === 'any') return (value) => value !== null
  if (only === 'text') return (value) => typeof value === 'string'
  if (only === 'number') return (value) => typeof value === 'number'
  return (value) => isOfType(value, only)
}

function isOfType(value: unknown, type: Type): boolean {
  if (type === 'any') return true
  if (type === 'text') return typeof value === 'string'
  if (type === 'list') return isList(value)
  if (type === 'bytes') return isBytes(value)
  if (type === 'map') return isMap(value)
  return typeof value === type
}

function limit(result: unknown): unknown {
  return typeof result === 'string' && result.length > maxTextLength ? null : result
}

function buildComprehension(node: Comprehension, context: Context): Run {
  const target = build(node.target, context)
  const variable = { name: node.variable, value: null as unknown }
  context.scope.push(variable)
  const condition = node.condition ? build(node.condition, context) : null
  const body = build(node.body, context)
  context.scope.pop()
  const perElement = 1 + countNodes(node.body)
  const step = steps[node.macro]
  return (message) => {
    const items = itemsOf(target(message))
    if (items === null) return null
    const state = { result: initialResult(node.macro), count: 0 }
    for (let index = 0; index < items.length; index++) {
      spend(context.meter, perElement)
      variable.value = nullFor(items[index])
      if (condition && condition(message) !== true) continue
      const element = variable.value
      if (step(state, body(message), element)) break
    }
    return node.macro === 'exists_one' && state.result !== null ? state.count === 1 : state.result
  }
}

interface State {
  result: unknown
  count: number
}

function initialResult(macro: Comprehension['macro']): unknown {
  if (macro === 'map' || macro === 'filter') return []
  return macro === 'all'
}

/** What one element does to the result. True where the rest of the list makes no difference. */
const steps: Record<
  Comprehension['macro'],
  (state: State, body: unknown, element: unknown) => boolean
> = {
  all: (state, body) => {
    if (body !== true) state.result = body === false ? false : null
    return body === false
  },
  exists: (state, body) => {
    if (body !== false) state.result = body === true ? true : null
    return body === true
  },
  exists_one: (state, body) => {
    if (body === true) state.count++
    else if (body !== false) state.result = null
    return false
  },
  map: (state, body) => {
    if (Array.isArray(state.result)) state.result.push(body)
    return false
  },
  filter: (state, body, element) => {
    if (body === true && Array.isArray(state.result)) state.result.push(element)
    return false
  },
}

function coerce(value: unknown, returns: ReturnType): unknown {
  if (returns === 'any' || isOfType(value, returns)) {
    return returns === 'number' && typeof value === 'number' ? finite(value) : value
  }
  return null
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null
}

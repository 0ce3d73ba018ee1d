import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateExpression } from './backend/generate.ts'
import { interpretExpression } from './backend/interpret.ts'
import { check } from './check/checker.ts'
import type { ReturnType } from './check/checker.ts'
import { functionTable } from './functions/table.ts'
import type { Message } from './message.ts'
import { kindOf } from './runtime/values.ts'
import type { BinaryOperator, MacroName, Node } from './syntax/ast.ts'
import { parse } from './syntax/parser.ts'
import { pathsRead } from './syntax/paths-read.ts'
import { print } from './syntax/print.ts'
import { compileTemplate, interpretTemplate } from './template.ts'

const nowhere = { start: 0, end: 0 }
const names = ['payload', 'topic', 'a', 'b', 'constructor', '__proto__', 'length', 'toString']
const variables = ['x', 'y']
const operators: BinaryOperator[] = [
  ...(['&&', '||', '==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const),
]
const macros: MacroName[] = ['all', 'exists', 'exists_one', 'map', 'filter']
const functions = functionTable.filter((entry) => entry.notation !== 'macro')

const literal: fc.Arbitrary<Node> = fc
  .oneof(
    fc.constantFrom(null, true, false, 0, 1, 2, 3, 1.5, 1e308, '', 'a', 'b', '1', 'a/b'),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
    fc.string({ unit: 'binary', maxLength: 5 }),
  )
  .map((value) => ({ kind: 'literal', value: value === 0 ? 0 : value, ...nowhere }))

/** Trees with the variables in `scope`, as the parser would make them, except for offsets. */
function tree(scope: readonly string[], depth: number): fc.Arbitrary<Node> {
  const root = fc.constantFrom(...names).map((name): Node => ({ kind: 'root', name, ...nowhere }))
  const leaves = [literal, root]
  if (scope.length > 0) {
    leaves.push(fc.constantFrom(...scope).map((name) => ({ kind: 'variable', name, ...nowhere })))
  }
  const leaf = fc.oneof(...leaves)
  if (depth === 0) return leaf
  const inner = fc.memo((level) => tree(scope, Math.min(level, depth - 1)))(depth - 1)
  return fc.oneof(leaf, ...branches(inner, scope, depth))
}

function branches(
  inner: fc.Arbitrary<Node>,
  scope: readonly string[],
  depth: number,
): fc.Arbitrary<Node>[] {
  const member = fc
    .record({ object: inner, name: fc.constantFrom(...names) })
    .map((parts): Node => ({ kind: 'member', ...parts, ...nowhere }))
  return [
    member,
    member,
    fc
      .record({ object: inner, index: inner })
      .map((parts) => ({ kind: 'index', ...parts, ...nowhere })),
    fc
      .record({ operator: fc.constantFrom('!' as const, '-' as const), operand: inner })
      .map((parts) => ({ kind: 'unary', ...parts, ...nowhere })),
    ...[1, 2, 3].map(() =>
      fc
        .record({ operator: fc.constantFrom(...operators), left: inner, right: inner })
        .map((parts): Node => ({ kind: 'binary', ...parts, ...nowhere })),
    ),
    fc
      .record({ test: inner, whenTrue: inner, whenFalse: inner })
      .map((parts) => ({ kind: 'conditional', ...parts, ...nowhere })),
    fc.array(inner, { maxLength: 3 }).map((items) => ({ kind: 'list', items, ...nowhere })),
    fc
      .array(fc.record({ key: inner, value: inner }), { maxLength: 2 })
      .map((entries) => ({ kind: 'map', entries, ...nowhere })),
    call(inner),
    comprehension(inner, scope, depth),
  ]
}

function call(inner: fc.Arbitrary<Node>): fc.Arbitrary<Node> {
  return fc.constantFrom(...functions).chain(({ name, parameters }) => {
    const least = parameters.filter((parameter) => !parameter.isOptional).length
    return fc
      .record({
        method: fc.boolean(),
        args: fc.array(inner, { minLength: least, maxLength: parameters.length }),
      })
      .map((parts) => ({ kind: 'call', name, nameSpan: nowhere, ...parts, ...nowhere }))
  })
}

function comprehension(
  inner: fc.Arbitrary<Node>,
  scope: readonly string[],
  depth: number,
): fc.Arbitrary<Node> {
  return fc
    .record({ macro: fc.constantFrom(...macros), variable: fc.constantFrom(...variables) })
    .chain(({ macro, variable }) => {
      const body = tree([...scope, variable], depth - 1)
      const condition = macro === 'map' ? fc.option(body) : fc.constant(null)
      return fc
        .record({ target: inner, condition, body })
        .map((parts): Node => ({ kind: 'comprehension', macro, variable, ...parts, ...nowhere }))
    })
}

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, 0, 1, 2, -1, 1.5, NaN, Infinity, 1e308),
  fc.constantFrom<unknown>('', 'a', 'b', '1', 'a/b', '2026-01-01', '10s', 5n),
  fc.uint8Array({ maxLength: 3 }),
  fc.string({ maxLength: 4 }),
)

const value: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown; list: unknown[]; map: object }>(
  (tie) => ({
    any: fc.oneof({ maxDepth: 3 }, scalar, tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom(...names, '0', 'x'), tie('any'), { maxKeys: 4 }),
  }),
).any

const message = fc.record({
  payload: value,
  topic: value,
  a: value,
  constructor: value,
}) as fc.Arbitrary<Message>

const returns = fc.constantFrom<ReturnType[]>('any', 'boolean', 'number', 'text', 'list', 'map')

test('both back ends agree on every expression and message, and change nothing', () => {
  const oneTree = fc.integer({ min: 1, max: 4 }).chain((depth) => tree([], depth))
  fc.assert(fc.property(oneTree, messages(message), returns, expectAgreement), { numRuns: 1_500 })
})

/** Numbers and conditions alone, over data that is seldom null: most of these have a value. */
test('both back ends agree on arithmetic and logic', () => {
  const dense = fc.letrec<{ number: Node; condition: Node }>((tie) => ({
    number: fc.oneof(
      { maxDepth: 4 },
      fc
        .constantFrom(0, 1, 2, 3, 0.5, 1e308)
        .map((each): Node => ({ kind: 'literal', value: each, ...nowhere })),
      fc.constantFrom('a', 'b').map((name): Node => ({ kind: 'root', name, ...nowhere })),
      binary(['+', '-', '*', '/', '%'], tie('number'), tie('number')),
      tie('number').map((operand): Node => ({ kind: 'unary', operator: '-', operand, ...nowhere })),
    ),
    condition: fc.oneof(
      { maxDepth: 4 },
      binary(['==', '!=', '<', '<=', '>', '>='], tie('number'), tie('number')),
      binary(['==', '!=', '<', '<=', '>', '>='], tie('number'), tie('number')),
      binary(['&&', '||', '=='], tie('condition'), tie('condition')),
      tie('condition').map((operand): Node => ({
        kind: 'unary',
        operator: '!',
        operand,
        ...nowhere,
      })),
    ),
  }))
  const small = fc.constantFrom<unknown[]>(0, 1, 2, 3, -1, 0.5, 1e308, NaN, Infinity, '1', null)
  const data = fc.record({
    a: small,
    b: small,
    payload: fc.constant(null),
  }) as fc.Arbitrary<Message>
  const any = fc.oneof(dense.number, dense.condition)
  fc.assert(fc.property(any, messages(data), returns, expectAgreement), { numRuns: 1_500 })
})

function binary(
  choice: readonly BinaryOperator[],
  left: fc.Arbitrary<Node>,
  right: fc.Arbitrary<Node>,
): fc.Arbitrary<Node> {
  return fc
    .record({ operator: fc.constantFrom(...choice), left, right })
    .map((parts) => ({ kind: 'binary', ...parts, ...nowhere }))
}

function messages(one: fc.Arbitrary<Message>): fc.Arbitrary<Message[]> {
  return fc.array(one, { minLength: 4, maxLength: 4 })
}

function expectAgreement(ast: Node, inputs: readonly Message[], type: ReturnType): void {
  const generated = generateExpression(ast, type)
  const interpreted = interpretExpression(ast, type)
  for (const input of inputs) {
    const before = inspect(input, { depth: null })
    const result = generated(input)

    const agreed = isDeepStrictEqual(result, interpreted(input))
    expect(
      agreed,
      `${print(ast)} gives ${inspect(result)}, not ${inspect(interpreted(input))}`,
    ).toBe(true)
    expect(inspect(input, { depth: null })).toBe(before)
  }
}

test('what the checker knows of a type holds for every message', () => {
  fc.assert(
    fc.property(tree([], 3), message, (ast, each) => {
      const { type, problems } = check(ast)
      const isClean = problems.every((problem) => problem.severity === 'warning')
      fc.pre(isClean && type !== 'any' && type !== 'null')
      const result = interpretExpression(ast, 'any')(each)
      expect(['null', type]).toContain(kindOf(result))
    }),
    { numRuns: 1_000 },
  )
})

test('reading the canonical text gives the same tree', () => {
  fc.assert(
    fc.property(tree([], 4), (ast) => {
      const text = print(ast)
      const again = parse(text)
      expect({ text, problems: again.problems }).toEqual({ text, problems: [] })
      expect(again.ast && print(again.ast)).toBe(text)
      expect(again.ast && pathsRead(again.ast)).toEqual(pathsRead(ast))
      expect(withoutOffsets(again.ast)).toEqual(withoutOffsets(ast))
    }),
    { numRuns: 1_000 },
  )
})

test('any text is read or refused with a problem inside of it', () => {
  const words = fc.constantFrom(
    'a',
    'payload',
    '.',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '?',
    '1',
    '"x"',
    '+',
  )
  const more = fc.constantFrom(
    '-',
    '!',
    '&&',
    '==',
    'in',
    'map',
    'x',
    'f',
    ' ',
    '"',
    '\\',
    'r"',
    '//',
    '\n',
    '}}',
  )
  const soup = fc.array(fc.oneof(words, more, fc.string({ maxLength: 2 })), { maxLength: 25 })
  fc.assert(
    fc.property(soup, (parts) => {
      const source = parts.join('')
      const { ast, problems } = parse(source)
      expect(ast === null).toBe(problems.length > 0)
      for (const { start, end, message: sentence } of problems) {
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThanOrEqual(start)
        expect(end).toBeLessThanOrEqual(source.length)
        expect(sentence).toMatch(/(column|line) \d/)
      }
      const again = ast ? check(ast, { source }).problems : problems
      expect(again).toEqual(check(source).problems)
    }),
    { numRuns: 2_000 },
  )
})

test('templates of any expressions agree in both back ends', () => {
  const parts = fc.array(
    fc.oneof(
      tree([], 2).map((ast) => `{{${print(ast)}}}`),
      fc.string(),
    ),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(parts, message, (pieces, each) => {
      const source = pieces.join(' ')
      const compiled = compileTemplate(source)
      const interpreted = interpretTemplate(source)
      expect(interpreted.ok).toBe(compiled.ok)
      if (!compiled.ok || !interpreted.ok) return
      expect(compiled.value(each)).toBe(interpreted.value(each))
    }),
    { numRuns: 500 },
  )
})

function withoutOffsets(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, part: unknown) =>
      key === 'start' || key === 'end' || key === 'nameSpan' ? undefined : part,
    ),
  )
}

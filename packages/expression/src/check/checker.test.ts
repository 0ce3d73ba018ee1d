import { describe, expect, test } from 'vitest'
import { check } from './checker.ts'
import type { CheckOptions } from './checker.ts'
import { nearestName } from './nearest-name.ts'

describe('the type of an expression', () => {
  test.each([
    ['1 + 2', 'number'],
    ['"a" + payload.x', 'text'],
    ['payload.a + payload.b', 'any'],
    ['payload.a + 1', 'any'],
    ['payload.a * 2', 'number'],
    ['[1] + payload.b', 'list'],
    ['payload.a > 1', 'boolean'],
    ['payload.a && payload.b', 'boolean'],
    ['!payload.a', 'boolean'],
    ['-payload.a', 'number'],
    ['payload.a', 'any'],
    ['null', 'null'],
    ['payload.ok ? 1 : 2', 'number'],
    ['payload.ok ? 1 : null', 'number'],
    ['payload.ok ? 1 : "a"', 'any'],
    ['{a: 1}', 'map'],
    ['[1][0]', 'any'],
    ['payload.l.map(x, x)', 'list'],
    ['payload.l.all(x, x)', 'boolean'],
    ['size(topic)', 'number'],
    ['bytes("a")', 'bytes'],
  ])('%s is %s', (source, type) => {
    expect(check(source)).toMatchObject({ type, problems: [] })
  })
})

describe('what cannot be right is reported at its place', () => {
  test.each<[string, number, number, string, CheckOptions?]>([
    ['"a" - 1', 0, 3, 'Expected a number before "-" at column 1, but this is text'],
    ['1 * true', 4, 8, 'Expected a number after "*" at column 5, but this is a boolean'],
    ['-"a"', 1, 4, 'Expected a number after "-" at column 2'],
    ['!1', 1, 2, 'Expected a boolean after "!" at column 2, but this is a number'],
    ['1 && payload.a', 0, 1, 'Expected a boolean before "&&"'],
    ['payload.a || "x"', 13, 16, 'Expected a boolean after "||" at column 14, but this is text'],
    ['1 ? 2 : 3', 0, 1, 'Expected a boolean before "?"'],
    ['1 + [1]', 0, 1, 'Expected a list before "+"'],
    ['"a" + {b: 1}', 6, 12, 'Expected text, a number or a boolean after "+"'],
    ['true + payload.a', 0, 4, 'before "+"'],
    ['1 < "a"', 4, 7, 'Expected a number after "<" at column 5, but this is text'],
    ['true < payload.a', 0, 4, 'Expected a number or text before "<"'],
    ['payload.a < [1]', 12, 15, 'Expected a number or text after "<"'],
    ['1 < payload.x < 5', 0, 13, 'Expected a number before "<" at column 1, but this is a boolean'],
    ['payload.a > null', 0, 16, 'use == null or != null'],
    ['1 in "abc"', 5, 10, 'but this is text; use contains() for text'],
    ['"abc"[0]', 0, 5, 'use charAt() for text'],
    ['payload.l[true]', 10, 14, 'Expected a number or text between "[" and "]"'],
    ['"abc".length', 0, 12, 'Text has no property "length"; use size()'],
    ['[1].first', 0, 9, 'A list has no property "first"; only a map has properties'],
    ['{(null > 1): 1}', 2, 10, 'Nothing is greater'],
    ['{[1]: 1}', 1, 4, 'as a key at column 2, but this is a list'],
    ['{"__proto__": 1}', 1, 12, '"__proto__" cannot be a key (column 2)'],
    ['"a".map(x, x)', 0, 3, 'Expected a list or a map before ".map("'],
    ['payload.l.all(x, 1)', 17, 18, 'as the condition of all() at column 18, but this is a number'],
    ['payload.l.map(x, "a", x)', 17, 20, 'as the condition of map()'],
    [
      'startWith(topic, "a")',
      0,
      9,
      'There is no function startWith() (column 1); did you mean startsWith()?',
    ],
    ['topic.lenght()', 6, 12, 'There is no function lenght() (column 7)'],
    ['now()', 0, 3, 'an expression reads no clock; use time'],
    ['map(payload.l, payload.x)', 0, 3, 'map() stands after a list'],
    ['abs()', 0, 5, 'abs() expects 1 argument (x) at column 1, found 0'],
    ['topic.startsWith()', 0, 18, 'startsWith() expects 1 argument (prefix) at column 7, found 0'],
    ['round(1, 2, 3)', 0, 14, 'round() expects 1 to 2 arguments (x, digits) at column 1, found 3'],
    ['coalesce()', 0, 10, 'coalesce() expects at least 1 argument'],
    ['topic.size(1)', 0, 13, 'size() expects no arguments at column 7, found 1'],
    ['abs("x")', 4, 7, 'Expected a number for "x" of abs() at column 5, but this is text'],
    ['(5).size()', 1, 2, 'before ".size(" at column 2, but this is a number'],
    ['max(1, "a")', 7, 10, 'Expected a number for "others" of max()'],
    ['has(1 + 2)', 4, 9, 'has() expects a path such as payload.temperature at column 5'],
    [
      'topic.matches("(a")',
      14,
      18,
      'Expected a closing ")" (character 3 of the pattern), at column 15',
    ],
    ['duration("ten")', 9, 14, 'Expected a duration such as "10s"'],
    ['timestamp("2026-02-30")', 10, 22, 'Expected a time such as'],
    ['payload.readNumber(0, "int7")', 22, 28, 'Expected one of int8'],
    [
      '1 + 1',
      0,
      5,
      'Expected a condition (true or false) at column 1, but this is a number',
      { returns: 'boolean' },
    ],
    [
      'topic == "a"',
      0,
      12,
      'Expected a number at column 1, but this is a boolean',
      { returns: 'number' },
    ],
  ])('%s', (source, start, end, message, options) => {
    const { problems } = check(source, options)
    expect(problems[0]).toMatchObject({ start, end, severity: 'error' })
    expect(problems[0]?.message).toContain(message)
  })

  test('all mistakes of an expression are reported, in the order of the source', () => {
    const { problems } = check('abs("x") + sqr(2) > "a".nope() && !1')
    expect(problems.map((problem) => problem.start)).toEqual([4, 11, 24, 35])
  })

  test('lines are counted where there are several', () => {
    expect(check('1 +\n  abs("x")').problems[0]?.message).toContain('at line 2, column 7')
  })
})

describe('what is only suspicious is a warning', () => {
  test.each<[string, number, number, string]>([
    ['payload.a > 1 == 5', 0, 18, 'A boolean never equals a number: this is always false'],
    ['"a" != 1', 0, 8, 'this is always true'],
    ['tpoic == "a"', 0, 5, 'did you mean "topic"?'],
    ['temperature > 3', 0, 11, 'known are payload, topic'],
    ['msg.payload.a', 0, 3, 'Leave out "msg"'],
  ])('%s', (source, start, end, message) => {
    const { problems } = check(source, { roots: ['payload', 'topic'] })
    expect(problems[0]).toMatchObject({ start, end, severity: 'warning' })
    expect(problems[0]?.message).toContain(message)
  })
})

test('msg, which Node-RED has, is known to be too much without any list of names', () => {
  expect(check('msg.payload > 1').problems).toMatchObject([{ end: 3, severity: 'warning' }])
  expect(check('other.payload > 1').problems).toEqual([])
  expect(check('msg == "x"', { roots: ['msg'] }).problems).toEqual([])
})

describe('the nearest name', () => {
  test.each([
    ['startWith', 'startsWith'],
    ['strating', 'string'],
    ['szie', 'size'],
    ['ABS', 'abs'],
    ['tolower', 'lower'],
    ['q', null],
    ['x'.repeat(10_000), null],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, ['startsWith', 'size', 'abs', 'lower', 'string'])).toBe(expected)
  })
})

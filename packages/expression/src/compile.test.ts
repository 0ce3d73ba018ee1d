import { describe, expect, test } from 'vitest'
import { compile, interpret } from './compile.ts'
import type { CompileOptions, Result } from './compile.ts'
import type { Expression, Message } from './message.ts'

const message: Message = {
  topic: 'plant/hall/1',
  key: 'd1',
  time: 1_767_225_600_000,
  payload: {
    temperature: 31.5,
    zero: 0,
    name: 'pump',
    ok: true,
    off: false,
    nothing: null,
    list: [3, 1, 2],
    holes: [1, null, 3],
    map: { a: 1, 'b c': { d: [10, 20] } },
    people: [{ age: 20 }, { age: 30 }, {}],
    bytes: Uint8Array.from([7, 255]),
    nan: NaN,
    infinite: Infinity,
    big: 12n,
    date: new Date(0),
    run: () => 1,
    length: 4,
  },
}

function valueOf<Value>(result: Result<Expression<Value>>): Expression<Value> {
  if (result.ok) return result.value
  throw new Error(result.problems.map((problem) => problem.message).join('\n'))
}

function evaluate(source: string, options: CompileOptions = {}, input = message): unknown {
  const compiled = valueOf(compile(source, options))(input)
  expect(valueOf(interpret(source, options))(input)).toEqual(compiled)
  return compiled
}

describe('values', () => {
  test.each<[string, unknown]>([
    ['payload.temperature * 9 / 5 + 32', 88.7],
    ['1 / 2', 0.5],
    ['7 % 3', 1],
    ['-7 % 3', -1],
    ['2 - -1', 3],
    ['-payload.temperature', -31.5],
    ['0.1 + 0.2', 0.1 + 0.2],
    ['0x10 + 1e2', 116],
    ['"a" + "b"', 'ab'],
    ['"a" + 1', 'a1'],
    ['1.5 + "a"', '1.5a'],
    ['"is " + true', 'is true'],
    ['payload.temperature + payload.name', '31.5pump'],
    ['[1] + [2, "x"]', [1, 2, 'x']],
    ['payload.map["b c"].d[1]', 20],
    ['payload["map"].a', 1],
    ['payload.bytes[1]', 255],
    ['size(payload.bytes)', 2],
    ['payload.list[0]', 3],
    ['{1: "one"}[1]', 'one'],
    ['{a: topic, "b": [payload.ok], (key): 1}', { a: 'plant/hall/1', b: [true], d1: 1 }],
    ['payload.ok ? "yes" : "no"', 'yes'],
    ['payload.nothing ? "yes" : "no"', 'no'],
    ['1 < 2 == true', true],
    ['"a" < "b"', true],
    ['"Z" < "a"', true],
    ['"a" < "aa"', true],
    ['payload.temperature >= 31.5', true],
    ['payload.temperature <= 31.5 && payload.temperature != 0', true],
    ['payload.name == "pump"', true],
    ['"pump" != payload.name', false],
    ['[1, {a: 2}] == [1, {a: 2}]', true],
    ['{a: 1, b: 2} == {b: 2, a: 1}', true],
    ['{a: 1} == {a: 1, b: 2}', false],
    ['[null] == [null]', true],
    ['payload.list != [3, 1]', true],
    ['payload.bytes == payload.bytes', true],
    ['payload.name in ["pump", "fan"]', true],
    ['payload.zero in payload.list', false],
    ['{a: 1} in [{a: 1}]', true],
    ['"a" in payload.map', true],
    ['"toString" in payload.map', false],
    ['!payload.off', true],
    ['payload.people.map(p, p.age)', [20, 30, null]],
    ['payload.list.map(x, x > 1, x * 10)', [30, 20]],
    ['payload.list.filter(x, x % 2 == 1)', [3, 1]],
    ['payload.list.map(x, payload.list.filter(y, y < x).size())', [2, 0, 1]],
    ['[1, 2].map(x, [x].map(x, x + 10)[0] + x)', [12, 14]],
    ['[[1], [2]].map(x, x.map(y, x + [y]))', [[[1, 1]], [[2, 2]]]],
    ['payload.map.filter(k, k == "a")', ['a']],
    ['payload.length', 4],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected)
  })
})

describe('null is unknown, as in SQL', () => {
  const unknown = 'payload.missing'
  test.each<[string, unknown]>([
    ['payload.missing', null],
    ['missing.a.b[0]["c"]', null],
    ['payload.nothing.a', null],
    ['payload.name.a', null],
    ['payload.list.a', null],
    ['payload.list.length', null],
    ['payload.list[3]', null],
    ['payload.list[-1]', null],
    ['payload.list[0.5]', null],
    ['payload.list["0"]', null],
    ['payload.list["length"]', null],
    ['payload.name[0]', null],
    ['payload.bytes.length', null],
    [`${unknown} + 1`, null],
    [`"a" + ${unknown}`, null],
    [`-${unknown}`, null],
    [`!${unknown}`, null],
    [`${unknown} > 1`, null],
    [`${unknown} == 1`, null],
    [`${unknown} != 1`, null],
    [`${unknown} == ${unknown}`, null],
    [`${unknown} == null`, true],
    [`${unknown} != null`, false],
    ['null == payload.nothing', true],
    ['payload.zero == null', false],
    ['null != payload.zero', true],
    ['null == null', true],
    [`${unknown} && false`, false],
    [`false && ${unknown}`, false],
    [`${unknown} && true`, null],
    [`true && ${unknown}`, null],
    [`${unknown} && ${unknown}`, null],
    [`${unknown} || true`, true],
    [`true || ${unknown}`, true],
    [`${unknown} || false`, null],
    [`false || ${unknown}`, null],
    ['1 in [1, null]', true],
    ['2 in [1, null]', null],
    ['2 in [1, 3]', false],
    ['!(2 in [1, null])', null],
    [`${unknown} in [1]`, null],
    [`1 in ${unknown}`, null],
    ['3 in payload.holes', true],
    ['2 in payload.holes', null],
    ['payload.holes.all(x, x > 0)', null],
    ['payload.holes.all(x, x > 1)', false],
    ['payload.holes.exists(x, x > 2)', true],
    ['payload.holes.exists(x, x > 9)', null],
    ['payload.holes.exists_one(x, x > 2)', null],
    ['[].all(x, x)', true],
    ['[].exists(x, x)', false],
    ['payload.holes.map(x, x * 2)', [2, null, 6]],
    ['payload.holes.filter(x, x > 0)', [1, 3]],
    [`${unknown}.map(x, x)`, null],
    ['payload.name.map(x, x)', null],
    ['payload.holes.sum()', 4],
    ['payload.holes.avg()', 2],
    ['[].avg()', null],
    ['[].max()', null],
    [`${unknown}.startsWith("a")`, null],
    [`"a".startsWith(${unknown})`, null],
    [`max(1, ${unknown})`, null],
    [`has(${unknown})`, false],
    ['has(payload.nothing)', false],
    ['has(payload.zero)', true],
    [`coalesce(${unknown}, payload.nothing, 3)`, 3],
    [`coalesce(${unknown})`, null],
    [`type(${unknown})`, 'null'],
    [`string(${unknown})`, null],
    [`{a: ${unknown}}`, { a: null }],
    [`{(${unknown}): 1}`, {}],
    [`[${unknown}]`, [null]],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected)
  })
})

describe('what has no result is null', () => {
  test.each([
    '1 / 0',
    '0 / 0',
    '5 % 0',
    '1e308 * 10',
    '1 / (1e308 * 10)',
    '5 % (1e308 * 10)',
    '-(1e308 * 10)',
    '1e308 + 1e308',
    '(1e308 * 10) > 1',
    '1 / (1 / 0)',
    'payload.nan + 1',
    'payload.nan > 1',
    'payload.nan <= 1',
    'payload.infinite * 2',
    'sqrt(-1)',
    'log(0)',
    'payload.name * 2',
    'payload.name - 1',
    'payload.map + 1',
    'payload.list + 1',
    'payload.ok + 1',
    'payload.ok > payload.off',
    'payload.name > 1',
    'payload.name < payload.temperature',
    '!payload.zero',
    'payload.zero && true',
    'payload.big + 1',
    'payload.date > 1',
    'payload.run.name',
    'payload.name.abs()',
    'payload.zero.size()',
    'payload.list.join("x").number()',
    'number("12x")',
    'json("{")',
    'timestamp(payload.name)',
    'duration(payload.name)',
    'formatTime(1e99)',
    'topic.matches(payload.name + "(")',
    'fixed(1, 99)',
  ])('%s', (source) => {
    expect(evaluate(source)).toBeNull()
  })

  test('values that no operator knows pass through', () => {
    expect(evaluate('payload.big')).toBe(12n)
    expect(evaluate('payload.infinite')).toBe(Infinity)
    expect(evaluate('number(payload.big)')).toBe(12)
    expect(evaluate('timestamp(payload.date)')).toBe(0)
    expect(evaluate('type(payload.run)')).toBe('other')
    expect(evaluate('payload.infinite > 1')).toBe(true)
    expect(evaluate('1 / payload.infinite')).toBe(0)
  })
})

describe('different types', () => {
  test.each<[string, unknown]>([
    ['payload.name == payload.zero', false],
    ['payload.name != payload.zero', true],
    ['payload.list == payload.map', false],
    ['payload.zero == payload.off', false],
    ['payload.name == 1', false],
    ['payload.name != true', true],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toBe(expected)
  })
})

describe('the type that is asked for', () => {
  test.each<[CompileOptions['returns'], string, unknown]>([
    ['boolean', 'payload.ok', true],
    ['boolean', 'payload.off', false],
    ['boolean', 'payload.zero', null],
    ['boolean', 'payload.name', null],
    ['boolean', 'payload.missing', null],
    ['number', 'payload.temperature', 31.5],
    ['number', 'payload.nan', null],
    ['number', 'payload.infinite', null],
    ['number', 'payload.name', null],
    ['text', 'payload.name', 'pump'],
    ['text', 'payload.zero', null],
    ['list', 'payload.list', [3, 1, 2]],
    ['list', 'payload.map', null],
    ['map', 'payload.people[0]', { age: 20 }],
    ['map', 'payload.list', null],
    ['map', 'payload.bytes', null],
    ['any', 'payload.nan', NaN],
  ])('%s of %s', (returns, source, expected) => {
    expect(evaluate(source, { returns })).toEqual(expected)
  })

  test('an expression that can never have it is refused', () => {
    const result = compile('payload.a + "x"', { returns: 'boolean' })
    expect(result).toMatchObject({ ok: false, problems: [{ start: 0, end: 15 }] })
  })
})

test('warnings do not keep an expression from running', () => {
  const result = compile('tpoic == "a"', { roots: ['payload', 'topic'] })
  expect(result).toMatchObject({ ok: true, problems: [{ start: 0, end: 5, severity: 'warning' }] })
})

test('results are new: changing one changes neither the message nor the next result', () => {
  for (const back of [compile, interpret]) {
    const run = valueOf(back('[[1, 2], payload.list.filter(x, true), {a: [3]}]'))
    const first = run(message)
    const before = JSON.stringify(first)
    JSON.stringify(first, (_key, value: unknown) => {
      if (Array.isArray(value)) value.push('changed')
      return value
    })
    expect(JSON.stringify(run(message))).toBe(before)
  }
  expect(message.payload).toMatchObject({ list: [3, 1, 2] })
})

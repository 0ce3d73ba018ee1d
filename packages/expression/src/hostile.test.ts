import { describe, expect, test } from 'vitest'
import { compile, interpret } from './compile.ts'
import type { Result } from './compile.ts'
import type { Expression, Message } from './message.ts'
import { compilePath, interpretPath } from './path.ts'
import { quote } from './syntax/print.ts'
import { compileTemplate, interpretTemplate } from './template.ts'

function run(source: string, payload: unknown): unknown {
  const [compiled, interpreted] = [compile(source), interpret(source)].map(
    (result: Result<Expression>) => {
      if (!result.ok) throw new Error(result.problems[0]?.message)
      return result.value({ payload })
    },
  )
  expect(interpreted).toEqual(compiled)
  return compiled
}

describe('nothing is read from a prototype', () => {
  class Device {
    name = 'd1'
    get secret(): string {
      return 'secret'
    }
    reveal(): string {
      return 'secret'
    }
  }
  test.each<[string, unknown, unknown]>([
    ['payload.constructor', {}, null],
    ['payload.__proto__', {}, null],
    ['payload["__proto__"]', {}, null],
    ['payload.toString', {}, null],
    ['payload.hasOwnProperty', {}, null],
    ['payload["cons" + "tructor"]', {}, null],
    ['payload["__pro" + "to__"]', {}, null],
    ['payload.constructor.constructor', {}, null],
    ['constructor', {}, null],
    ['__proto__', {}, null],
    ['toString', {}, null],
    ['payload.map', [], null],
    ['payload["push"]', [], null],
    ['payload.length', 'text', null],
    ['payload.length', [1], null],
    ['payload.buffer', new Uint8Array(2), null],
    ['payload.byteLength', new Uint8Array(2), null],
    ['payload.size', new Map(), null],
    ['payload.secret', new Device(), null],
    ['payload.reveal', new Device(), null],
    ['payload.name', new Device(), 'd1'],
    ['payload.inherited', Object.create({ inherited: 1 }), null],
    ['payload.own', Object.assign(Object.create(null), { own: 1 }), 1],
    ['payload.prototype', () => 1, null],
    ['payload.name', () => 1, null],
    ['payload.__proto__.a', JSON.parse('{"__proto__":{"a":5}}'), 5],
    ['payload.constructor', { constructor: 'own' }, 'own'],
    ['size(payload)', JSON.parse('{"__proto__":1}'), 1],
  ])('%s of %o', (source, payload, expected) => {
    expect(run(source, payload)).toEqual(expected)
  })

  test('a function that is no function of the language cannot be called', () => {
    const sources = [
      'payload.constructor.constructor("return process")()',
      'payload.constructor("x")',
      'constructor("return 1")',
      '__proto__()',
      'toString()',
      'payload.hasOwnProperty("a")',
      'eval("1")',
      'Function("return 1")',
      'payload.map.call(1)',
    ]
    expect(sources.filter((source) => compile(source).ok || interpret(source).ok)).toEqual([])
  })

  test('a map never gets another prototype', () => {
    expect(compile('{"__proto__": payload}')).toMatchObject({ ok: false })
    expect(compile('{__proto__: payload}')).toMatchObject({ ok: false })
    const made = run('{("__pro" + "to__"): payload, a: 1}', { polluted: 1 })
    expect(made).toEqual({ a: 1 })
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
  })
})

describe('text never becomes code', () => {
  const attempts = [
    '"; globalThis.broken = 1; //',
    "'; globalThis.broken = 1; //",
    '` + (globalThis.broken = 1) + `',
    '${globalThis.broken = 1}',
    '\\"; globalThis.broken = 1; //',
    '\u2028globalThis.broken = 1\u2029',
    '\n}catch{}; globalThis.broken = 1 //',
    '*/ globalThis.broken = 1 /*',
    '"] = globalThis.broken = 1; message["',
    '\u0000\ud800',
    '</script>',
  ]
  test.each(attempts)('%j', (attempt) => {
    const literal = quote(attempt)
    const payload = { [attempt]: 7 }
    expect(run(literal, null)).toBe(attempt)
    expect(run(`payload[${literal}]`, payload)).toBe(7)
    expect(run(`{${literal}: 1}`, null)).toEqual({ [attempt]: 1 })
    expect(run(`payload == ${literal}`, attempt)).toBe(true)
    expect(run(`payload in [${literal}]`, attempt)).toBe(true)
    expect(run(`[payload].map(x, x + ${literal})`, '')).toEqual([attempt])
    for (const template of [compileTemplate(attempt), interpretTemplate(attempt)]) {
      expect(template.ok && template.value({ payload })).toBe(attempt)
    }
    for (const path of [compilePath(`payload[${literal}]`), interpretPath(`payload[${literal}]`)]) {
      expect(path.ok && path.value.get({ payload })).toBe(7)
      expect(path.ok && path.value.set({ payload: {} }, 8)).toEqual({ payload: { [attempt]: 8 } })
    }
    expect(Object.hasOwn(globalThis, 'broken')).toBe(false)
  })

  test('names that mean something in the generated code stay the message’s own', () => {
    const names =
      'message meter runtime functions t0 n0 f0 i arguments this await eval var return let'
    for (const name of names.split(' ')) {
      for (const back of [compile, interpret]) {
        const result = back(`${name} + [${name}].map(${name}, ${name} * 2)[0]`)
        const value = result.ok && result.value({ payload: 0, [name]: 5 })
        expect({ name, value }).toEqual({ name, value: 15 })
      }
    }
  })
})

describe('the largest expressions that are read also run', () => {
  const nested = (open: string, inner: string, close: string): string =>
    open.repeat(60) + inner + close.repeat(60)
  test.each<[string, string, unknown]>([
    ['a sum', `${'1+'.repeat(480)}1`, 481],
    ['a condition', Array.from({ length: 450 }, () => 'payload.a > 0').join(' && '), true],
    ['alternatives', Array.from({ length: 450 }, () => 'payload.a < 0').join(' || '), false],
    ['members', `payload${'.x'.repeat(480)}`, null],
    ['texts', `${'"a" + '.repeat(480)}payload.a`, `${'a'.repeat(480)}1`],
    ['parentheses', nested('(', 'payload.a', ')'), 1],
    ['negations', nested('!', 'true', ''), true],
    ['lists', nested('[', '', ']') + '.size()', 1],
    ['conditionals', nested('payload.a > 1 ? 0 : ', '7', ''), 7],
    ['calls', nested('abs(', '-1', ')'), 1],
    ['comprehensions', nested('[1].map(x, ', 'x', ')[0]'), 1],
    ['many nodes', `[${'payload.a,'.repeat(950)}].sum()`, 950],
  ])('%s', (_, source, expected) => {
    expect(run(source, { a: 1 })).toEqual(expected)
  })
})

describe('odd data never makes an expression throw', () => {
  const cyclic: Record<string, unknown> = { a: 1 }
  cyclic['self'] = cyclic
  const thrower = {
    get a(): never {
      throw new Error('no')
    },
  }
  const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown
  const odd: unknown[] = [
    undefined,
    null,
    NaN,
    -0,
    1n,
    Symbol('s'),
    () => 1,
    new Date(NaN),
    new Map([['a', 1]]),
    new Set([1]),
    /a/,
    new Error('e'),
    Promise.resolve(1),
    new Uint8Array(3),
    new Float64Array(2),
    new ArrayBuffer(2),
    Object.create(null),
    Object.freeze([1]),
    Array.from({ length: 3 }),
    Object.assign([1, 2], { length: 4 }),
    cyclic,
    thrower,
    new Proxy({}, { get: () => 1, has: () => true }),
    deep,
    '\ud800',
    'x'.repeat(100_000),
    { a: undefined },
    { a: { a: { a: [] } } },
  ]
  const sources = [
    'payload',
    'payload.a',
    'payload.a.a.a',
    'payload[0]',
    'payload["a"]',
    'payload[payload]',
    'payload + payload',
    'payload * 2',
    'payload == payload',
    'payload == [payload]',
    '[payload] == [payload]',
    'payload != {a: payload}',
    'payload < payload',
    'payload in payload',
    'payload in [payload]',
    '{(payload): payload}',
    'payload.map(x, x)',
    'payload.filter(x, x == payload)',
    'payload.all(x, x.a > 1)',
    'toJson(payload)',
    'string(payload)',
    'type(payload)',
    'size(payload)',
    'payload.sort()',
    'payload.distinct()',
    'payload.sum()',
    'payload.max()',
    'payload.join(",")',
    'payload.flatten()',
    'payload.keys()',
    'payload.values()',
    'payload.split("")',
    'payload.matches("(a|a)*b")',
    'number(payload)',
    'timestamp(payload)',
    'payload.contains(payload)',
    'json(payload)',
    'readNumber(payload, 0, "float64")',
    'base64Decode(payload)',
  ]
  test.each(sources)('%s', (source) => {
    const compiled = compile(source)
    const interpreted = interpret(source)
    for (const payload of odd) {
      const message = { payload } as Message
      expect(() => compiled.ok && compiled.value(message)).not.toThrow()
      expect(() => interpreted.ok && interpreted.value(message)).not.toThrow()
    }
    const template = compileTemplate(`{{${source}}}`)
    for (const payload of odd) {
      expect(typeof (template.ok && template.value({ payload }))).toBe('string')
    }
  })
})

describe('the cost of an evaluation is bounded', () => {
  const list = Array.from({ length: 2_000 }, (_, index) => index)
  const nest = (depth: number): string =>
    depth === 0 ? 'x0 > 0' : `payload.all(x${depth}, ${nest(depth - 1)})`
  const doubling = `["ab"]${'.map(s, s + s)'.repeat(60)}[0]`
  const growing = '.replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")'.repeat(60)
  test.each([
    ['nested comprehensions', nest(6).replace('x0 > 0', 'x1 >= 0')],
    ['doubling text', doubling],
    ['doubling lists', `[[1, 2]]${'.map(s, s + s)'.repeat(60)}[0]`],
    ['growing text', `"a"${growing}`],
    ['growing JSON', `"\\"\\\\"${'.toJson()'.repeat(200)}`],
    ['growing hexadecimal', `"abc"${'.hexEncode()'.repeat(200)}`],
    ['growing base64', `"abc"${'.base64Encode()'.repeat(300)}`],
    [
      'quadratic comparison',
      'payload.all(x, payload == payload.map(y, y) && payload.all(z, payload == payload.map(y, y)))',
    ],
    ['padding', '"a".padStart(1e9)'],
    [
      'quadratic distinct',
      'payload.map(x, [x]).distinct().size() + payload.map(x, [[x]]).map(y, payload.map(x, [x]).distinct())[0]',
    ],
  ])('%s', (_, source) => {
    for (const back of [compile, interpret]) {
      const result = back(source)
      expect(result).toMatchObject({ ok: true })
      const start = process.cpuUsage().user
      expect(result.ok && result.value({ payload: list })).toBeNull()
      expect((process.cpuUsage().user - start) / 1000).toBeLessThan(3_000)
    }
  })

  test('ordinary work on a long list is well within the bound', () => {
    const payload = Array.from({ length: 100_000 }, (_, index) => ({ value: index }))
    expect(run('payload.filter(x, x.value % 2 == 0).map(x, x.value).sum()', payload)).toBe(
      2_499_950_000,
    )
  })

  test('what was spent by one message is not missing for the next', () => {
    const result = compile('payload.map(x, payload.map(y, y).sum()).sum()')
    if (!result.ok) throw new Error('does not compile')
    expect(result.value({ payload: Array.from({ length: 20_000 }, () => 1) })).toBeNull()
    expect(result.value({ payload: [1, 1, 1] })).toBe(9)
  })
})

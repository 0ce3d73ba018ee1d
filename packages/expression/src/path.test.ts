import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message, Path } from './message.ts'
import { compilePath, interpretPath, parsePath, printPath } from './path.ts'

function pathsOf(source: string): Path[] {
  return [compilePath(source), interpretPath(source)].map((result) => {
    if (result.ok) return result.value
    throw new Error(result.problems[0]?.message)
  })
}

describe('paths are read', () => {
  test.each([
    ['payload', ['payload']],
    ['payload.a.b', ['payload', 'a', 'b']],
    [' payload . a ', ['payload', 'a']],
    ['payload.a["b c"][0].d', ['payload', 'a', 'b c', 0, 'd']],
    ["payload['it''s']".replace("''", "\\'"), ['payload', "it's"]],
    ['payload.in.null', ['payload', 'in', 'null']],
    ['payload[0]', ['payload', 0]],
  ])('%s', (source, segments) => {
    expect(parsePath(source)).toEqual({ segments, problems: [] })
    expect(parsePath(printPath(segments)).segments).toEqual(segments)
  })
})

describe('what is no path is refused at its place', () => {
  test.each<[string, number, number, string]>([
    ['', 0, 0, 'the name of a message property, such as payload at column 1'],
    ['1', 0, 1, 'the name of a message property'],
    ['payload.', 8, 8, 'a property name after "."'],
    ['payload..a', 8, 9, 'a property name'],
    ['payload.a-b', 9, 10, 'payload["my-name"]'],
    ['payload a', 8, 9, '".", "[" or the end at column 9'],
    ['payload[', 8, 8, 'a text in quotes or a whole number from 0 to 9999'],
    ['payload[1.5]', 8, 11, 'a whole number'],
    ['payload[-1]', 8, 9, 'a whole number'],
    ['payload[99999]', 8, 13, 'from 0 to 9999'],
    ['payload[x]', 8, 9, 'a text in quotes'],
    ['payload["a"', 11, 11, 'a closing "]"'],
    ['payload.__proto__', 8, 17, '"__proto__" at column 9 is reserved'],
    ['payload["__proto__"].x', 8, 19, 'reserved'],
    ['payload["\\x5f_proto__"]', 8, 22, 'reserved'],
    ['constructor.prototype', 0, 11, 'reserved'],
    ['payload.prototype', 8, 17, 'reserved'],
    ['size(payload)', 4, 5, '".", "[" or the end'],
    [`a${'.a'.repeat(100)}`, 128, 129, 'at most 64 steps'],
    ['a'.repeat(20_000), 10_000, 20_000, 'A path may have up to 10000 characters'],
  ])('%s', (source, start, end, message) => {
    const { segments, problems } = parsePath(source)
    expect(segments).toBeNull()
    expect(problems).toMatchObject([{ start, end, severity: 'error' }])
    expect(problems[0]?.message).toContain(message)
    expect(compilePath(source).ok).toBe(false)
  })

  test('Node-RED’s msg is a warning', () => {
    expect(compilePath('msg.payload')).toMatchObject({ ok: true, problems: [{ start: 0, end: 3 }] })
    expect(compilePath('msg')).toMatchObject({ ok: true, problems: [] })
  })
})

describe('reading', () => {
  const bytes = Uint8Array.from([1, 2])
  const payload = { a: { 'b c': [10, { d: 5 }] }, nothing: null, bytes, text: 'abc', 0: 'zero' }
  test.each<[string, unknown]>([
    ['payload', payload],
    ['payload.a["b c"][1].d', 5],
    ['payload.a["b c"][0]', 10],
    ['payload.a["b c"][7]', undefined],
    ['payload.a["b c"].length', undefined],
    ['payload.a["b c"]["0"]', undefined],
    ['payload.nothing', null],
    ['payload.nothing.x', undefined],
    ['payload.missing.x', undefined],
    ['payload.bytes[1]', 2],
    ['payload.bytes.length', undefined],
    ['payload.text[0]', undefined],
    ['payload.text.length', undefined],
    ['payload[0]', 'zero'],
    ['payload.toString', undefined],
    ['toString', undefined],
    ['missing', undefined],
  ])('%s', (source, expected) => {
    for (const path of pathsOf(source)) expect(path.get({ payload })).toEqual(expected)
  })
})

describe('writing', () => {
  test.each<[string, Message, Message]>([
    ['payload', { payload: 1 }, { payload: 9 }],
    ['topic', { payload: 1 }, { payload: 1, topic: 9 as never }],
    ['payload.a', { payload: { b: 1 } }, { payload: { b: 1, a: 9 } }],
    ['payload.a', { payload: { a: 1 }, topic: 't' }, { payload: { a: 9 }, topic: 't' }],
    ['payload.a.b', { payload: {} }, { payload: { a: { b: 9 } } }],
    [
      'payload.a.b.c.d',
      { payload: { a: { x: 1 } } },
      { payload: { a: { x: 1, b: { c: { d: 9 } } } } },
    ],
    ['payload.a[2]', { payload: {} }, { payload: { a: [null, null, 9] } }],
    ['payload[0].x', { payload: null }, { payload: [{ x: 9 }] }],
    ['payload[1]', { payload: [1, 2, 3] }, { payload: [1, 9, 3] }],
    ['payload[1].x', { payload: [1, { y: 2 }] }, { payload: [1, { y: 2, x: 9 }] }],
    ['payload[1]', { payload: { a: 1 } }, { payload: { a: 1, 1: 9 } }],
    ['payload.a', { payload: 'text' }, { payload: { a: 9 } }],
    ['payload.a', { payload: [1] }, { payload: { a: 9 } }],
    ['payload.a', { payload: Uint8Array.from([1]) }, { payload: { a: 9 } }],
    ['payload.toString', { payload: {} }, { payload: { toString: 9 } }],
    ['payload.length', { payload: { length: 1 } }, { payload: { length: 9 } }],
    ['device.name', { payload: 1 }, { payload: 1, device: { name: 9 } }],
  ])('%s', (source, before, after) => {
    for (const path of pathsOf(source)) {
      const copy = structuredClone(before)
      expect(path.set(before, 9)).toEqual(after)
      expect(before).toEqual(copy)
    }
  })

  test('only what is on the way is copied', () => {
    const message: Message = { payload: { a: { b: 1 }, c: { d: 1 } }, parts: [1] }
    for (const path of pathsOf('payload.a.b')) {
      const after = path.set(message, 2)
      const payload = after.payload as Record<string, unknown>
      expect(payload['c']).toBe((message.payload as Record<string, unknown>)['c'])
      expect(after['parts']).toBe(message['parts'])
      expect(payload['a']).not.toBe((message.payload as Record<string, unknown>)['a'])
    }
  })

  test('a prototype is never reached, and an own __proto__ of the data stays data', () => {
    const payload = JSON.parse('{"__proto__": {"x": 1}, "a": 1}') as unknown
    for (const path of pathsOf('payload.a')) {
      const after = path.set({ payload }, 2).payload as object
      expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
      expect(Object.keys(after)).toEqual(['__proto__', 'a'])
    }
  })
})

describe('removing', () => {
  test.each<[string, Message, unknown]>([
    ['topic', { payload: 1, topic: 't' }, { payload: 1 }],
    ['payload.a', { payload: { a: 1, b: 2 } }, { payload: { b: 2 } }],
    ['payload.a.b', { payload: { a: { b: 1 } } }, { payload: { a: {} } }],
    ['payload[1]', { payload: [1, 2, 3] }, { payload: [1, 3] }],
    ['payload[1].x', { payload: [1, { x: 2 }] }, { payload: [1, {}] }],
    ['payload.a', { payload: { a: undefined } }, { payload: {} }],
  ])('%s', (source, before, after) => {
    for (const path of pathsOf(source)) {
      const copy = structuredClone(before)
      expect(path.remove(before)).toStrictEqual(after)
      expect(before).toEqual(copy)
    }
  })

  test.each([
    'payload.x',
    'payload.a.x.y',
    'other',
    'payload.list[9]',
    'payload.list.x',
    'payload.text.length',
    'payload.toString',
  ])('where there is nothing at %s, the message itself comes back', (source) => {
    const message = { payload: { a: {}, list: [1], text: 'abc' } }
    for (const path of pathsOf(source)) expect(path.remove(message)).toBe(message)
  })
})

test('what was written is read again, by both back ends alike, and nothing else changes', () => {
  const name = fc.constantFrom('a', 'b', 'length', 'toString', 'x y')
  const segment = fc.oneof(name, fc.nat(3))
  const segments = fc.tuple(
    fc.constantFrom('payload', 'a', 'b'),
    fc.array(segment, { maxLength: 4 }),
  )
  const data = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown[]>(null, 1, 'text', true, undefined),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(name, tie('any'), { noNullPrototype: true }),
    ),
  })).any
  fc.assert(
    fc.property(segments, data, data, ([first, rest], payload, value) => {
      const [compiled, interpreted] = pathsOf(printPath([first, ...rest]))
      const message = { payload, a: payload }
      const before = structuredClone(message)
      const after = compiled?.set(message, value)
      expect(interpreted?.set(message, value)).toEqual(after)
      expect(after && compiled?.get(after)).toEqual(value)
      expect(after && interpreted?.get(after)).toEqual(value)
      expect(compiled?.get(message)).toEqual(interpreted?.get(message))
      expect(message).toEqual(before)
      const removed = after && compiled?.remove(after)
      expect(removed && interpreted?.remove(after)).toEqual(removed)
    }),
    { numRuns: 2_000 },
  )
})

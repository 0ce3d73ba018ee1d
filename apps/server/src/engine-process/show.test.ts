import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { show } from './show.ts'

const circular: Record<string, unknown> = { a: 1 }
circular['self'] = circular
const shared = { x: 1 }

const cases: readonly { name: string; value: unknown; json: string; isCut?: boolean }[] = [
  { name: 'plain data', value: { a: [1, 'b', null, true] }, json: '{"a":[1,"b",null,true]}' },
  { name: 'undefined', value: undefined, json: '{"$undefined":true}' },
  {
    name: 'numbers JSON lacks',
    value: [NaN, -Infinity],
    json: '[{"$number":"NaN"},{"$number":"-Infinity"}]',
  },
  { name: 'bigint', value: 12n, json: '{"$bigint":"12"}' },
  { name: 'a giant bigint', value: 2n ** 4096n, json: '{"$bigint":"…"}', isCut: true },
  { name: 'binary', value: new Uint8Array([1, 2, 3]), json: '{"$binary":"AQID","bytes":3}' },
  { name: 'other views', value: new Uint16Array([1]), json: '{"$binary":"AQA=","bytes":2}' },
  { name: 'date', value: new Date(0), json: '{"$date":"1970-01-01T00:00:00.000Z"}' },
  { name: 'invalid date', value: new Date(NaN), json: '{"$date":"Invalid Date"}' },
  { name: 'error', value: new TypeError('no'), json: '{"$error":"TypeError: no"}' },
  {
    name: 'map and set',
    value: [new Map([['k', 1]]), new Set([2])],
    json: '[{"$map":[["k",1]]},{"$set":[2]}]',
  },
  { name: 'a cycle', value: circular, json: '{"a":1,"self":{"$circular":true}}' },
  { name: 'a shared value twice', value: [shared, shared], json: '[{"x":1},{"x":1}]' },
  {
    name: 'a function and a symbol',
    value: [function f() {}, Symbol('s')],
    json: '[{"$function":"f"},{"$symbol":"s"}]',
  },
  {
    name: 'a getter that throws',
    value: {
      ok: 1,
      bad: {
        get x() {
          throw new Error('no')
        },
      },
    },
    json: '{"ok":1,"bad":{"$unreadable":true}}',
  },
  {
    name: 'own __proto__',
    value: JSON.parse('{"__proto__":{"a":1}}'),
    json: '{"__proto__":{"a":1}}',
  },
  { name: 'null prototype', value: Object.assign(Object.create(null), { a: 1 }), json: '{"a":1}' },
]

describe('show', () => {
  it.each(cases)('shows $name', ({ value, json, isCut }) => {
    expect(show(value)).toEqual({ json, isCut: isCut ?? false })
  })

  it('cuts long text, long lists, wide objects, deep nesting and long binaries, and stays JSON', () => {
    const limits = { depth: 2, entries: 3, text: 20, total: 400, bytes: 2 }
    const value = {
      text: 'x'.repeat(50),
      list: [1, 2, 3, 4],
      deep: { a: { b: { c: 1 } } },
      never: 1,
    }
    const shown = show(value, limits)
    expect(shown.isCut).toBe(true)
    expect(JSON.parse(shown.json)).toEqual({
      text: `${'x'.repeat(20)}…`,
      list: [1, 2, 3, '…'],
      deep: { a: '…' },
      '…': '…',
    })
    expect(show(new Uint8Array(9), limits)).toEqual({
      json: '{"$binary":"AAA=","bytes":9}',
      isCut: true,
    })
  })

  it('bounds the whole of a value that is large everywhere', () => {
    const value = Array.from({ length: 1_000 }, () =>
      Array.from({ length: 1_000 }, () => 'abcdefgh'),
    )
    const shown = show(value)
    expect(shown.json.length).toBeLessThan(40_000)
    expect(JSON.parse(shown.json)).toBeInstanceOf(Array)
  })

  it('gives JSON for anything, and never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withDate: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => {
          expect(() => JSON.parse(show(value).json)).not.toThrow()
        },
      ),
    )
  })

  it('gives what JSON.stringify gives for JSON within the bounds', () => {
    const small = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
    fc.assert(
      fc.property(small, (value) => {
        expect(JSON.parse(show(value).json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

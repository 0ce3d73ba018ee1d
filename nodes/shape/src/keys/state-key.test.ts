import { describe, expect, it } from 'vitest'
import { decodeKey, digestKey, encodeKey, messageKey } from './state-key.ts'

const values = [
  1,
  0,
  -1.5,
  '1',
  '',
  'a',
  null,
  'null',
  true,
  'true',
  [1],
  '[1]',
  { a: 1 },
  '\u0000jnull',
  '\u0000t',
]

describe('state keys', () => {
  it('are different for values that are, and give them back', () => {
    expect(new Set(values.map(encodeKey)).size).toBe(values.length)
    expect(values.map((value) => decodeKey(encodeKey(value)))).toEqual(values)
  })

  it('take what is no number as nothing', () => {
    expect([NaN, Infinity, undefined].map(encodeKey)).toEqual(Array(3).fill(encodeKey(null)))
  })

  it('are keys of messages where these are texts or numbers', () => {
    expect([7, 'a', null, true].map((value) => messageKey(encodeKey(value)))).toEqual([
      7,
      'a',
      undefined,
      undefined,
    ])
  })

  it('refuse long values, and can keep a digest of them instead', () => {
    const long = 'x'.repeat(2000)
    expect(() => encodeKey(long)).toThrow('1000 characters')
    expect(digestKey(long)).toBe(digestKey(long))
    expect(digestKey(long)).not.toBe(digestKey(`${long}x`))
    expect(String(digestKey(long)).length).toBeLessThan(60)
    expect(digestKey(new Uint8Array([1]))).not.toBe(digestKey(new Uint8Array([2])))
  })
})

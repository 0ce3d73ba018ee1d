import { expect, test } from 'vitest'
import { payloadReader } from './read-payload.ts'

function read(format: string, payload: string | Buffer): unknown {
  const bytes = Buffer.concat([Buffer.from('<<'), Buffer.from(payload), Buffer.from('>>')])
  return payloadReader(format)?.(bytes, 2, bytes.length - 2)
}

const noText = Buffer.from([0xff, 0xfe, 0x00])

test.each([
  ['auto', '{"a":[1]}', { a: [1] }],
  ['auto', ' 21.5 ', 21.5],
  ['auto', 'true', true],
  ['auto', 'null', null],
  ['auto', '"ü"', 'ü'],
  ['auto', 'on', 'on'],
  ['auto', '007', '007'],
  ['auto', '{broken', '{broken'],
  ['auto', 'truth', 'truth'],
  ['auto', 'a\ufffdb', 'a\ufffdb'],
  ['auto', '', ''],
  ['auto', noText, noText],
  ['text', '{"a":1}', '{"a":1}'],
  ['json', '{"a":1}', { a: 1 }],
  ['binary', 'a', Buffer.from('a')],
] as const)('reads as %s %j', (format, payload, value) => {
  expect(read(format, typeof payload === 'string' ? payload : Buffer.from(payload))).toEqual(value)
})

test.each(['', '{', 'on', noText, '['.repeat(100_000)])('refuses %j as JSON', (payload) => {
  expect(() => read('json', payload)).toThrow('The payload is not JSON')
})

test('reads JSON that is nested very deep without falling over', () => {
  const depth = 100_000
  expect(Array.isArray(read('auto', '['.repeat(depth) + ']'.repeat(depth)))).toBe(true)
})

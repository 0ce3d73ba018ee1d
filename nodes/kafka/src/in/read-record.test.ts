import { expect, test } from 'vitest'
import { textKey } from './key-reader.ts'
import { payloadReaders } from './read-payload.ts'
import { messageOf } from './read-record.ts'

const place = { topic: 'orders', partition: 2 }
const record = { offset: 7, timestamp: 5, headers: [] }

test('makes a message of a record, with where it stands', () => {
  expect(messageOf(place, record, { payload: 1, key: textKey(null) })).toEqual({
    payload: 1,
    ...place,
    offset: 7,
    timestamp: 5,
  })
  const key = Buffer.from([255, 1])
  const headers = [
    { key: 'a', value: Buffer.from('text') },
    { key: '__proto__', value: null },
  ]
  expect(messageOf(place, { ...record, headers }, { payload: 1, key: textKey(key) })).toMatchObject(
    {
      key: '/wE=',
      headers: { a: 'text', _proto_: null },
    },
  )
})

test.each([
  ['{"a":1}', { a: 1 }],
  [' 5', 5],
  ['{torn', '{torn'],
  ['', ''],
  ['plain', 'plain'],
])('detects what %j is', (text, payload) => {
  expect(payloadReaders.auto(Buffer.from(text))).toEqual(payload)
})

test('takes bytes that are no text for what they are, as a copy', () => {
  const bytes = Buffer.from([255, 0, 1])
  const read = payloadReaders.auto(bytes)
  bytes.fill(0)
  expect(read).toEqual(Buffer.from([255, 0, 1]))
  expect(() => payloadReaders.json(Buffer.from('x'))).toThrow('not JSON')
})

import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { decodeRequest, encodeRequest } from './logged-request.ts'

const request = {
  id: '65537',
  method: 'POST',
  path: '/sensors/größe',
  params: { name: 'größe' },
  query: { unit: 'm', tag: ['a', 'b'] },
  headers: { 'content-type': 'application/json', __proto__x: '1' },
  remoteAddress: '127.0.0.1',
  body: Uint8Array.of(0, 255, 10),
}

test('a request comes back from the ingest log as it was, its body as bytes', () => {
  const record = encodeRequest(request, 1_795_276_800_000)
  const { body, ...head } = decodeRequest(record)
  const { body: _body, ...expected } = request
  expect(head).toEqual({ ...expected, receivedAt: 1_795_276_800_000 })
  expect([...body]).toEqual([0, 255, 10])
})

test('a body that is a part of something bigger is written alone', () => {
  const whole = new Uint8Array(10_000)
  const record = encodeRequest({ ...request, body: whole.subarray(5, 7) }, 1)
  expect(record.length).toBeLessThan(400)
  expect(decodeRequest(record).body).toHaveLength(2)
})

test('records that were written before the format had a number are still read', () => {
  const record = serialize({ ...request, receivedAt: 7 })
  expect(decodeRequest(record)).toEqual({ ...request, receivedAt: 7 })
})

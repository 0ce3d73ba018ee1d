import { expect, test } from 'vitest'
import { readAnswer } from './read-answer.ts'

const answer = (status: number, body = '', retryAfter?: string) =>
  readAnswer({ status, body, retryAfter, version: undefined }, Date.parse('2026-01-01T00:00:00Z'))

test.each([200, 204])('takes status %i for written', (status) => {
  expect(answer(status)).toEqual({ kind: 'written' })
})

test.each([
  [401, 'INFLUXDB_NOT_AUTHORIZED'],
  [403, 'INFLUXDB_NOT_AUTHORIZED'],
  [404, 'INFLUXDB_NOT_FOUND'],
  [429, 'INFLUXDB_BUSY'],
  [500, 'INFLUXDB_FAILED'],
  [503, 'INFLUXDB_BUSY'],
])('keeps the points with status %i: a person or time can mend it', (status, code) => {
  expect(answer(status)).toMatchObject({ kind: 'later', error: { code } })
})

test('waits as long as the server asks for', () => {
  expect(answer(429, '', '3')).toMatchObject({ afterMs: 3000 })
  expect(answer(503, '', 'Thu, 01 Jan 2026 00:00:05 GMT')).toMatchObject({ afterMs: 5000 })
})

test('gives the words of version 1 and 2 on refused points', () => {
  const one = answer(400, '{"error":"partial write: field type conflict dropped=1"}')
  expect(one).toMatchObject({ kind: 'refused', error: { code: 'INFLUXDB_REFUSED' } })
  expect(one).toHaveProperty('error.message', expect.stringContaining('field type conflict'))
  const two = answer(422, '{"code":"unprocessable entity","message":"outside of retention"}')
  expect(two).toHaveProperty('error.message', expect.stringContaining('outside of retention'))
})

test('gives the lines that version 3 names', () => {
  const data = [{ original_line: 'x', line_number: 2, error_message: 'no fields' }]
  const body = JSON.stringify({ error: 'partial write of line protocol occurred', data })
  expect(answer(400, body)).toMatchObject({ kind: 'refused', lines: new Map([[2, 'no fields']]) })
})

test('halves a batch that is too long', () => {
  expect(answer(413)).toMatchObject({ kind: 'too-long' })
})

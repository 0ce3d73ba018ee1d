import { expect, test } from 'vitest'
import { writeAnswer } from './write-answer.ts'

const answer = (status: number, body = '', headers = {}) => writeAnswer({ status, body, headers })

test('takes 204 as written and 413 as too long', () => {
  expect(answer(204)).toEqual({ outcome: 'written' })
  expect(answer(413)).toEqual({ outcome: 'too long' })
})

test('waits as long as a busy server asks', () => {
  expect(answer(429, '', { 'retry-after': '3' })).toMatchObject({ outcome: 'later', afterMs: 3000 })
  expect(answer(503)).toEqual({ outcome: 'later', reason: 'The server failed (503: HTTP 503).' })
})

test('reads the reason of a partial write of version 1', () => {
  const body = '{"error":"partial write: field type conflict: input field \\"v\\" dropped=1"}'
  expect(answer(400, body)).toEqual({
    outcome: 'refused',
    reason: 'partial write: field type conflict: input field "v" dropped=1',
  })
})

test('reads which lines version 3 refused', () => {
  const body = '{"error":"partial write","data":[{"line_number":2,"error_message":"bad field"}]}'
  expect(answer(400, body)).toEqual({
    outcome: 'refused',
    reason: 'partial write',
    lines: new Map([[1, 'bad field']]),
    isRestWritten: true,
  })
})

test('says who is not let in', () => {
  expect(answer(401, '{"code":"unauthorized","message":"unauthorized access"}')).toEqual({
    outcome: 'later',
    reason: 'The server does not know this user or token (unauthorized access).',
  })
})

import { expect, test } from 'vitest'
import { readAnswer } from './read-answer.ts'

const reader = { name: 'Slack', refusedHint: 'Make a new one.', nowMs: 0 }
const answer = (status: number, body = '', headers: Record<string, string> = {}) =>
  readAnswer({ status, body, headers }, reader)

test.each([200, 202, 204])('takes status %i for sent', (status) => {
  expect(answer(status)).toEqual({ kind: 'sent' })
})

test.each([
  [400, 'refused', 'NOTIFY_REFUSED'],
  [401, 'later', 'NOTIFY_NOT_ACCEPTED'],
  [404, 'later', 'NOTIFY_NOT_ACCEPTED'],
  [408, 'later', 'NOTIFY_FAILED'],
  [410, 'later', 'NOTIFY_NOT_ACCEPTED'],
  [413, 'too-long', 'NOTIFY_TOO_LONG'],
  [422, 'refused', 'NOTIFY_REFUSED'],
  [429, 'later', 'NOTIFY_BUSY'],
  [302, 'later', 'NOTIFY_REDIRECTED'],
  [500, 'later', 'NOTIFY_FAILED'],
])('takes status %i for %s', (status, kind, code) => {
  expect(answer(status)).toMatchObject({ kind, error: { code } })
})

test.each([
  [{ 'retry-after': '3' }, '', 3000],
  [{ 'retry-after': '0.35' }, '', 350],
  [{}, '{"retry_after": 1.5}', 1500],
  [{ 'retry-after': '86400' }, '', 300_000],
])('waits as long as the receiver asks for: %o %s', (headers, body, afterMs) => {
  expect(answer(429, body, headers)).toMatchObject({ afterMs })
})

test('says what the receiver said, and what to do', () => {
  expect(answer(404, 'no_service')).toHaveProperty(
    'error.message',
    'Slack refuses the address or key (404: no_service). Make a new one.',
  )
  const said = answer(400, '{"message": "Invalid event", "errors": ["no summary"]}')
  expect(said).toHaveProperty('error.message', expect.stringContaining('Invalid event'))
  expect(answer(500, '<html>')).toHaveProperty(
    'error.message',
    'Slack failed (500). It is tried again.',
  )
})

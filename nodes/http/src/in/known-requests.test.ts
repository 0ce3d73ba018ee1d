import type { HttpRequest } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { KnownRequests } from './known-requests.ts'
import type { KnownRequest } from './known-requests.ts'

const request: HttpRequest = {
  id: '1',
  method: 'POST',
  path: '/x',
  params: {},
  query: {},
  headers: {},
  body: Uint8Array.of(1),
  remoteAddress: '127.0.0.1',
}

function opened(state = new Map<string | number, KnownRequest>(), max = 10_000) {
  const clock = { now: () => 0, monotonic: () => 0 }
  return { state, known: new KnownRequests({ state, clock, forMs: 1000, max }) }
}

const body = 'x'.repeat(65_536)
const bytesIn = (state: ReadonlyMap<unknown, KnownRequest>) =>
  [...state.values()].reduce((sum, { answer }) => sum + (answer?.body?.length ?? 0), 0)

test('keeps answers up to 64 MB together; of more, the status alone', () => {
  const { known, state } = opened()
  for (let n = 0; n < 1100; n += 1) {
    known.look(`${n}`, request)
    known.answered(`${n}`, { status: 200, body })
  }
  expect(bytesIn(state)).toBe(67_108_864)
  expect(known.look('0', request)).toMatchObject({ answer: { status: 200, body } })
  expect(known.look('1099', request)).toEqual({ outcome: 'answered', answer: { status: 200 } })
  known.failed('0')
  const after = opened(state).known
  after.look('new', request)
  after.answered('new', { status: 201, body })
  expect(after.look('new', request)).toMatchObject({ answer: { status: 201, body } })
})

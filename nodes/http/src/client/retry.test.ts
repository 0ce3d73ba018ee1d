import { expect, test } from 'vitest'
import { retryDelayMs } from './retry.ts'

const rule = { retries: 3, method: 'GET', isRetriedUnsafely: false }
const at = { rule, nowMs: Date.parse('2026-01-01T00:00:00Z'), chance: 1 }
const status = (code: number, retryAfter?: string) => ({ status: code, retryAfter })
const failure = (code: string) => ({ error: Object.assign(new Error(code), { code }) })

test('waits twice as long after each attempt, spread by chance, and then gives up', () => {
  const delays = [1, 2, 3, 4].map((made) => retryDelayMs(status(500), made, at))
  expect(delays).toEqual([500, 1000, 2000, undefined])
  expect(retryDelayMs(status(500), 1, { ...at, chance: 0 })).toBe(250)
})

test.each([
  [200, false],
  [400, false],
  [404, false],
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [504, true],
])('after status %i tries again: %s', (code, isRetried) => {
  expect(retryDelayMs(status(code), 1, at) !== undefined).toBe(isRetried)
})

test('waits as long as the server asks for, within reason', () => {
  expect(retryDelayMs(status(429, '7'), 1, at)).toBe(7000)
  expect(retryDelayMs(status(503, 'Thu, 01 Jan 2026 00:00:02 GMT'), 1, at)).toBe(2000)
  expect(retryDelayMs(status(503, '999999'), 1, at)).toBe(300_000)
  expect(retryDelayMs(status(503, 'soon'), 1, at)).toBe(500)
})

test('does not repeat what might take effect twice, unless told to', () => {
  const post = { ...at, rule: { ...rule, method: 'POST' } }
  expect(retryDelayMs(status(500), 1, post)).toBe(undefined)
  expect(retryDelayMs(failure('ECONNRESET'), 1, post)).toBe(undefined)
  expect(retryDelayMs(status(503), 1, post)).toBe(500)
  expect(retryDelayMs(failure('ECONNREFUSED'), 1, post)).toBe(500)
  const told = { ...at, rule: { ...post.rule, isRetriedUnsafely: true } }
  expect(retryDelayMs(status(500), 1, told)).toBe(500)
})

test('does not repeat what would fail again', () => {
  expect(retryDelayMs(failure('HTTP_ADDRESS_REFUSED'), 1, at)).toBe(undefined)
  expect(retryDelayMs(failure('HTTP_TIMEOUT'), 1, at)).toBe(500)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { calmly } from './calmly.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('calls at once, then at most every so often, and always after the last change', () => {
  let emit = () => {}
  const stopped = vi.fn<() => void>()
  const listener = vi.fn<() => void>()
  const stop = calmly((changed) => {
    emit = changed
    return stopped
  }, 200)(listener)
  emit()
  expect(listener).toHaveBeenCalledTimes(1)
  emit()
  emit()
  expect(listener).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(200)
  expect(listener).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1000)
  expect(listener).toHaveBeenCalledTimes(2)
  emit()
  expect(listener).toHaveBeenCalledTimes(3)
  emit()
  stop()
  vi.advanceTimersByTime(1000)
  expect(listener).toHaveBeenCalledTimes(3)
  expect(stopped).toHaveBeenCalledOnce()
})

import { expect, test } from 'vitest'
import { fixedText } from './fixed-text.ts'

test('tells a text that is the same for all messages from one that is not', () => {
  expect(fixedText(() => 'orders')).toBe('orders')
  expect(fixedText(({ topic }) => `a-${String(topic)}`)).toBe(undefined)
  expect(fixedText((message) => ('key' in message ? 'a' : 'b'))).toBe(undefined)
  expect(fixedText((message) => Object.keys(message).join(''))).toBe(undefined)
  expect([fixedText(() => ''), fixedText(() => 5)]).toEqual([undefined, undefined])
})

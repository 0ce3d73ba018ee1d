import { expect, test } from 'vitest'
import { voices } from './voices.ts'

test('presses as long as any of them does', () => {
  const heard: boolean[] = []
  const voice = voices((isHigh) => void heard.push(isHigh))
  const [one, other] = [voice(), voice()]
  one(true)
  other(true)
  one(false)
  other(false)
  expect(heard).toEqual([true, true, true, false])
})

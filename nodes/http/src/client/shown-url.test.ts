import { expect, test } from 'vitest'
import { shownUrl } from './shown-url.ts'

test.each([
  ['https://api.example.org/v1?token=4711', 'https://api.example.org/v1?…'],
  ['https://ann:pass@api.example.org/v1#x', 'https://api.example.org/v1'],
  ['no address?token=4711', 'no address'],
])('%s is shown as %s', (address, shown) => {
  expect(shownUrl(address)).toBe(shown)
})

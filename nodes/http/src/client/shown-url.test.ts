import { expect, test } from 'vitest'
import { shownUrl } from './shown-url.ts'

test.each([
  ['https://api.example.org/v1?token=4711', 'https://api.example.org/v1?…'],
  ['https://ann:pass@api.example.org/v1#x', 'https://api.example.org/v1'],
  ['no address?token=4711', 'no address'],
  ['localhost:8080/x?token=4711', 'localhost:8080/x'],
  ['mqtt://ann:pass@broker/x', 'mqtt://broker/x'],
  ['http://ann:pass@:80/x', 'http://:80/x'],
])('%s is shown as %s', (address, shown) => {
  expect(shownUrl(address)).toBe(shown)
})

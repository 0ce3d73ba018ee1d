import { expect, test } from 'vitest'
import { parseSize, printSize } from './size-text.ts'

test.each([
  [0, '0 bytes'],
  [500, '500 bytes'],
  [1024, '1 KiB'],
  [262_144, '256 KiB'],
  [1_000_000, '1 MB'],
  [16_000_000, '16 MB'],
  [67_108_864, '64 MiB'],
  [104_857_600, '100 MiB'],
  [1_073_741_824, '1 GiB'],
])('prints %i bytes as %s, which reads as the same', (bytes, text) => {
  expect(printSize(bytes)).toBe(text)
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  ['1048576', 1_048_576],
  ['1.5 MB', 1_500_000],
  ['64mib', 67_108_864],
  ['512k', 524_288],
  ['2 g', 2_147_483_648],
  ['a lot', undefined],
  ['10 apples', undefined],
  ['-1', undefined],
])('reads %s as %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

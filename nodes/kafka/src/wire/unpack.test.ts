import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { unpack } from './unpack.ts'

test.each([
  [1, gzipSync],
  [4, zstdCompressSync],
])('unpacks compression %i to no more than the bound', (compression, pack) => {
  const packed = pack(Buffer.alloc(10_000))
  expect(unpack(packed, compression, 10_000)).toEqual(Buffer.alloc(10_000))
  expect(() => unpack(packed, compression, 9_999)).toThrow('more than 9999 bytes')
  expect(() => unpack(Buffer.from('no such thing'), compression)).toThrow(/header|frame|prefix/i)
})

test('knows no compression of another number', () => {
  expect(() => unpack(Buffer.alloc(1), 7)).toThrow('compression 7 is not known')
})

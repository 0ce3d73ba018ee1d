import { decode as libraryDecode, encode as libraryEncode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { hex } from '../testing/hex.ts'
import { jsonLike } from '../testing/json-like.ts'
import { decodeMessagePack } from './decode-message-pack.ts'
import { messagePackEncoder } from './encode-message-pack.ts'

const decode = (digits: string) => decodeMessagePack(hex(digits))

test.each([
  ['c0', null],
  ['c3', true],
  ['7f', 127],
  ['e0', -32],
  ['cc ff', 255],
  ['cd 0100', 256],
  ['ce ffffffff', 4_294_967_295],
  ['d0 80', -128],
  ['d1 8000', -32_768],
  ['d2 80000000', -2_147_483_648],
  ['cb 3ff8000000000000', 1.5],
  ['ca 3fc00000', 1.5],
  ['a2 c3bc', 'ü'],
  ['d9 01 61', 'a'],
  ['c4 02 0102', Uint8Array.of(1, 2)],
  ['92 01 c2', [1, false]],
  ['dc 0001 05', [5]],
  ['82 a161 01 05 02', { a: 1, 5: 2 }],
  ['d6 ff 65000000', 1_694_498_816_000],
  ['d7 ff 0000000100000000', 4_294_967_296_000],
  ['c7 0c ff 1dcd6500 ffffffffffffffff', -500],
  ['d4 05 09', { extension: 5, data: Uint8Array.of(9) }],
])('reads %s', (digits, value) => {
  expect(decode(digits)).toEqual(value)
})

test('keeps whole numbers of 64 bits exact', () => {
  expect(decode('cf 001fffffffffffff')).toBe(Number.MAX_SAFE_INTEGER)
  expect(decode('cf ffffffffffffffff')).toBe(2n ** 64n - 1n)
  expect(decode('d3 8000000000000000')).toBe(-(2n ** 63n))
  expect(decode('d3 ffe0000000000001')).toBe(Number.MIN_SAFE_INTEGER)
})

test.each([
  ['', 'Byte 0: the payload ends in the middle of a value.'],
  ['92 01', 'Byte 1: the payload ends'],
  ['a5 6162', 'Byte 1: the payload ends'],
  ['c1', 'Byte 0: c1 begins no value'],
  ['01 02', 'Byte 1: the value ends here, but 1 bytes follow.'],
  ['81 90 01', 'Byte 1: the name of an entry is neither text nor a number.'],
  ['dd ffffffff', 'the payload ends'],
  ['df ffffffff 01', 'the payload ends'],
  ['c6 ffffffff', 'the payload ends'],
  ['91'.repeat(1000) + '01', 'nested more than 200 levels deep.'],
])('says what is wrong with %s', (digits, sentence) => {
  expect(() => decode(digits)).toThrow(sentence)
})

test('takes no memory for what a payload only claims to have', () => {
  // Each of the lists claims ten million items; a list made of that size would take 80 MB.
  expect(() => decode('dd 00989680 '.repeat(100))).toThrow('the payload ends')
})

test('keeps a name of __proto__ to itself', () => {
  const value = decode('81 a9 5f5f70726f746f5f5f 81 a1 61 01')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect((value as { a?: number }).a).toBe(undefined)
})

test('writes dates as their text, and leaves out what JSON leaves out', () => {
  const value = { at: new Date(0), no: undefined, run: () => 1, list: [undefined] }
  expect(decodeMessagePack(messagePackEncoder()(value))).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    list: [null],
  })
})

test('refuses what cannot be written, and goes on', () => {
  const encode = messagePackEncoder()
  const circle: unknown[] = []
  circle.push(circle)
  expect(() => encode(circle)).toThrow('nested more than 200 levels deep')
  expect(() => encode([1, 2n ** 64n])).toThrow('has more than 64 bits')
  expect(encode(1)).toEqual(Uint8Array.of(1))
})

test('reads what was written', () => {
  const encode = messagePackEncoder()
  fc.assert(
    fc.property(jsonLike, (value) => {
      expect(decodeMessagePack(encode(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

test('agrees with another implementation both ways', () => {
  const encode = messagePackEncoder()
  const options = { useBigInt64: false } as const
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (drawn) => {
      // Neither has a negative zero then.
      const value: unknown = JSON.parse(JSON.stringify(drawn))
      fc.pre(!JSON.stringify(value).includes('__proto__'))
      expect(libraryDecode(encode(value), options)).toEqual(value)
      expect(decodeMessagePack(libraryEncode(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

test('never falls over, whatever comes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeMessagePack(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 5000 },
  )
})

import { decode as libraryDecode, encode as libraryEncode } from 'cborg'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { hex } from '../testing/hex.ts'
import { jsonLike } from '../testing/json-like.ts'
import { decodeCbor } from './decode-cbor.ts'
import { cborEncoder } from './encode-cbor.ts'

const decode = (digits: string) => decodeCbor(hex(digits))

// RFC 8949, appendix A, and where milliseconds or null are given instead, what comes of it.
test.each([
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['c249010000000000000000', 18_446_744_073_709_551_616n],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['c349010000000000000000', -18_446_744_073_709_551_617n],
  ['20', -1],
  ['3903e7', -1000],
  ['f90000', 0],
  ['f98000', -0],
  ['f93c00', 1],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['fa47c35000', 100_000],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 5.960464477539063e-8],
  ['f90400', 0.00006103515625],
  ['f9c400', -4],
  ['f97c00', Infinity],
  ['f97e00', Number.NaN],
  ['f9fc00', -Infinity],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', null],
  ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
  ['c11a514b67b0', 1_363_896_240_000],
  ['c1fb41d452d9ec200000', 1_363_896_240_500],
  ['d74401020304', Uint8Array.of(1, 2, 3, 4)],
  ['d818456449455446', hex('6449455446')],
  ['40', new Uint8Array(0)],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6449455446', 'IETF'],
  ['62c3bc', 'ü'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a201020304', { 1: 2, 3: 4 }],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['5f42010243030405ff', Uint8Array.of(1, 2, 3, 4, 5)],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
])('reads %s', (digits, value) => {
  expect(decode(digits)).toEqual(value)
})

test.each([
  ['', 'Byte 0: the payload ends'],
  ['18', 'the payload ends'],
  ['8201', 'the payload ends'],
  ['9bffffffffffffffff', 'the payload ends'],
  ['1c', 'Byte 0: a byte begins no value'],
  ['ff', 'a break without a list'],
  ['82ff01', 'a break within a list of known length'],
  ['bf01ff', 'a map ends behind the name'],
  ['a1ff', 'the payload ends'],
  ['a18001', 'the name of an entry is neither text nor a number'],
  ['5f6161ff', 'of another kind'],
  ['c1ff', 'a tag without a value'],
  ['0000', 'Byte 1: the value ends here'],
  ['f0', 'the simple value 16 has no meaning'],
  ['81'.repeat(1000) + '01', 'nested more than 200 levels deep.'],
  ['c1'.repeat(1000) + '01', 'nested more than 200 levels deep.'],
])('says what is wrong with %s', (digits, sentence) => {
  expect(() => decode(digits)).toThrow(sentence)
})

test('keeps a name of __proto__ to itself', () => {
  expect(Object.keys(decode('a1 69 5f5f70726f746f5f5f a1 61 61 01') as object)).toEqual([
    '__proto__',
  ])
})

test('reads what was written', () => {
  const encode = cborEncoder()
  const value = fc.oneof(jsonLike, fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }))
  fc.assert(
    fc.property(value, (given) => {
      const isSmall = typeof given === 'bigint' && Number.isSafeInteger(Number(given))
      expect(decodeCbor(encode(given))).toEqual(isSmall ? Number(given) : given)
    }),
    { numRuns: 500 },
  )
})

test('agrees with another implementation both ways', () => {
  const encode = cborEncoder()
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (drawn) => {
      // Neither has a negative zero then.
      const value: unknown = JSON.parse(JSON.stringify(drawn))
      fc.pre(!JSON.stringify(value).includes('__proto__'))
      expect(libraryDecode(encode(value))).toEqual(value)
      expect(decodeCbor(libraryEncode(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

test('never falls over, whatever comes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeCbor(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 5000 },
  )
})

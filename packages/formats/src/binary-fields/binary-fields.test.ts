import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { hex } from '../testing/hex.ts'
import type { BinaryField } from './binary-field.ts'
import { binaryFieldsDecoder } from './decode-binary-fields.ts'
import { binaryFieldsEncoder } from './encode-binary-fields.ts'

const usual = { offset: 0, endian: 'big', length: 1, bit: 0, scale: 1, add: 0 } as const
const field = (given: Partial<BinaryField> & Pick<BinaryField, 'type'>): BinaryField => ({
  ...usual,
  name: 'v',
  ...given,
})
const layout = (...fields: readonly BinaryField[]) => ({ fields, recordBytes: 0 })

test.each([
  ['uint8', 'big', 'ff', 255],
  ['int8', 'big', 'ff', -1],
  ['uint16', 'big', '0102', 258],
  ['uint16', 'little', '0102', 513],
  ['int16', 'little', 'feff', -2],
  ['uint24', 'big', '010203', 66_051],
  ['int24', 'little', 'ffffff', -1],
  ['uint32', 'little', 'ffffffff', 4_294_967_295],
  ['int32', 'big', '80000000', -2_147_483_648],
  ['uint64', 'big', 'ffffffffffffffff', 2n ** 64n - 1n],
  ['uint64', 'little', '0100000000000000', 1],
  ['int64', 'little', 'feffffffffffffff', -2],
  ['float32', 'big', '3fc00000', 1.5],
  ['float64', 'little', '000000000000f83f', 1.5],
] as const)('reads and writes %s, %s first', (type, endian, digits, value) => {
  const given = layout(field({ type, endian }))
  expect(binaryFieldsDecoder(given)(hex(digits))).toEqual([{ v: value }])
  expect(binaryFieldsEncoder(given)({ v: value })).toEqual(Buffer.from(hex(digits)))
})

test('reads a sensor: scaled, shifted, bits and text, wherever they stand', () => {
  const given = layout(
    field({ name: 'temperature', type: 'int16', offset: 1, scale: 0.1 }),
    field({ name: 'humidity', type: 'uint8', offset: 3, scale: 0.5 }),
    field({ name: 'level', type: 'uint8', offset: 3, scale: 2, add: -40 }),
    field({ name: 'alarm', type: 'bit', offset: 0, bit: 7 }),
    field({ name: 'on', type: 'bit', offset: 0, bit: 0 }),
    field({ name: 'id', type: 'text', offset: 4, length: 4 }),
    field({ name: 'raw', type: 'bytes', offset: 4, length: 2 }),
  )
  expect(binaryFieldsDecoder(given)(hex('80 0003 65 61620000 ffff'))).toEqual([
    {
      temperature: 0.3,
      humidity: 50.5,
      level: 162,
      alarm: true,
      on: false,
      id: 'ab',
      raw: Uint8Array.of(0x61, 0x62),
    },
  ])
})

test('reads several records of the same length', () => {
  const given = { fields: [field({ type: 'uint8', offset: 1 })], recordBytes: 3 }
  expect(binaryFieldsDecoder(given)(hex('000100 000200'))).toEqual([{ v: 1 }, { v: 2 }])
  expect(binaryFieldsEncoder(given)([{ v: 1 }, { v: 2 }])).toEqual(
    Buffer.from(hex('000100 000200')),
  )
  expect(() => binaryFieldsDecoder(given)(hex('0001'))).toThrow('no whole records of 3 bytes')
})

test('says which field does not fit', () => {
  const given = layout(field({ name: 'late', type: 'uint32', offset: 2 }))
  expect(() => binaryFieldsDecoder(given)(hex('0001'))).toThrow(
    'Byte 2, field late: reaches to byte 5, and there are only 2 bytes.',
  )
  const encode = binaryFieldsEncoder(layout(field({ name: 'n', type: 'uint8', scale: 0.5 })))
  expect(() => encode({ n: 200 })).toThrow('Field n: is 200, and has to be within what uint8')
  expect(() => encode({})).toThrow('Field n: is missing, and has to be a number.')
  expect(() => encode({ n: Number.NaN })).toThrow('Field n: is NaN')
  const text = binaryFieldsEncoder(layout(field({ type: 'text', length: 2 })))
  expect(() => text({ v: 'abc' })).toThrow('Field v: has 3 bytes, and there is room for 2.')
})

test.each([
  [[], 0, 'Give the fields'],
  [[field({ type: 'int8' }), field({ type: 'int8' })], 0, 'Two fields are named "v".'],
  [[field({ type: 'int16', offset: 1 })], 2, 'reaches past the 2 bytes of a record'],
  [[field({ type: 'int16', scale: 0 })], 0, 'has no scale'],
] as const)('refuses a layout that cannot be (%#)', (fields, recordBytes, sentence) => {
  expect(() => binaryFieldsDecoder({ fields, recordBytes })).toThrow(sentence)
})

test('reads what was written', () => {
  const types = ['uint8', 'int16', 'int24', 'uint32', 'int64', 'float64'] as const
  const given = fc.record({
    type: fc.constantFrom(...types),
    endian: fc.constantFrom('big', 'little'),
    offset: fc.nat(20),
    value: fc.nat(200),
    scale: fc.constantFrom(1, 0.1, 0.25, 10),
    add: fc.constantFrom(0, -40),
  })
  fc.assert(
    fc.property(given, ({ type, endian, offset, value, scale, add }) => {
      const fields = layout(field({ type, endian, offset, scale, add }))
      const scaled = (scale === 0.1 ? value / 10 : value * scale) + add
      const [back] = binaryFieldsDecoder(fields)(binaryFieldsEncoder(fields)({ v: scaled }))
      expect((back as { v: number }).v).toBeCloseTo(scaled, 9)
    }),
    { numRuns: 500 },
  )
})

test('never falls over, whatever comes', () => {
  const decode = binaryFieldsDecoder(
    layout(field({ type: 'uint32', offset: 3 }), field({ name: 't', type: 'text', length: 9 })),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      try {
        expect(decode(bytes)).toHaveLength(1)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
  )
})

test('takes the zeros off the end of a text alone, and in no time', () => {
  const length = 500_000
  const decode = binaryFieldsDecoder(layout(field({ name: 't', type: 'text', length })))
  const bytes = Buffer.alloc(length)
  bytes.write('a', length - 2)
  expect(decode(bytes)).toEqual([{ t: `${'\0'.repeat(length - 2)}a` }])
  expect(decode(Buffer.alloc(length))).toEqual([{ t: '' }])
})

import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { hex } from '../testing/hex.ts'
import { openAvro } from './open-avro.ts'

const codec = (schema: unknown) => openAvro(JSON.stringify(schema))
const record = (...fields: unknown[]) => ({ type: 'record', name: 'plant.Reading', fields })

const reading = record(
  { name: 'device', type: 'string' },
  { name: 'value', type: ['null', 'double'], default: null },
  { name: 'count', type: 'long' },
  { name: 'small', type: 'int', default: 7 },
  { name: 'ratio', type: 'float' },
  { name: 'ok', type: 'boolean' },
  { name: 'raw', type: 'bytes' },
  { name: 'id', type: { type: 'fixed', name: 'Id', size: 2 } },
  { name: 'state', type: { type: 'enum', name: 'State', symbols: ['ON', 'OFF'] } },
  { name: 'tags', type: { type: 'map', values: 'string' } },
  { name: 'history', type: { type: 'array', items: ['plant.Reading', 'null'] } },
)

const example = {
  device: 'ü1',
  value: 21.5,
  count: 2n ** 60n,
  small: -3,
  ratio: 0.5,
  ok: true,
  raw: Uint8Array.of(1, 2),
  id: Uint8Array.of(3, 4),
  state: 'OFF',
  tags: { site: 'a', __proto__x: 'b' },
  history: [null],
}

test('reads and writes every type', () => {
  const { decode, encode } = codec(reading)
  expect(decode(encode(example))).toEqual(example)
  const nested = { ...example, history: [example, null, { ...example, value: null }] }
  expect(decode(encode(nested))).toEqual(nested)
})

test('fills in defaults, and null where a field may be', () => {
  const { decode, encode } = codec(reading)
  const { value: _value, small: _small, ...rest } = example
  expect(decode(encode(rest))).toEqual({ ...rest, value: null, small: 7 })
  const nullable = codec(record({ name: 'a', type: ['null', 'int'] }, { name: 'b', type: 'null' }))
  expect(nullable.decode(nullable.encode({}))).toEqual({ a: null, b: null })
  const byText = codec(record({ name: 'a', type: 'bytes', default: 'ÿ' }))
  expect(byText.decode(byText.encode({}))).toEqual({ a: Uint8Array.of(255) })
})

test('keeps null where the default is another value', () => {
  const { decode, encode } = codec(record({ name: 'a', type: ['int', 'null'], default: 5 }))
  expect([decode(encode({ a: null })), decode(encode({}))]).toEqual([{ a: null }, { a: 5 }])
})

test.each([
  [{ type: 'long', logicalType: 'timestamp-millis' }, 1_700_000_000_123, 'f6a1abfef962'],
  [{ type: 'long', logicalType: 'timestamp-micros' }, 1_700_000_000_123.5, undefined],
  [{ type: 'long', logicalType: 'local-timestamp-millis' }, -1, '01'],
  [{ type: 'long', logicalType: 'timestamp-nanos' }, 1_700_000_000_123.25, undefined],
  [{ type: 'int', logicalType: 'date' }, '1970-01-03', '04'],
  [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, -12.34, '04fb2e'],
  [
    { type: 'bytes', logicalType: 'decimal', precision: 40, scale: 20 },
    '123456789012.00000000000000000001',
    undefined,
  ],
  [{ type: 'fixed', name: 'D', size: 4, logicalType: 'decimal', scale: 1 }, 0.1, '00000001'],
  [{ type: 'string', logicalType: 'uuid' }, 'x', '0278'],
  [{ type: 'int', logicalType: 'unheard-of' }, 5, '0a'],
])('reads and writes what %j stands for', (schema, value, digits) => {
  const { decode, encode } = codec(schema)
  const bytes = encode(value)
  if (digits !== undefined) expect(bytes).toEqual(hex(digits))
  expect(decode(bytes)).toEqual(value)
})

test('takes times as ISO 8601 text too', () => {
  const { decode, encode } = codec(['null', { type: 'long', logicalType: 'timestamp-millis' }])
  expect(decode(encode('1970-01-01T00:00:01Z'))).toBe(1000)
})

test('writes the first type of a union that fits, or the one that is named', () => {
  const one = { type: 'record', name: 'One', fields: [{ name: 'a', type: 'int' }] }
  const two = { type: 'record', name: 'Two', fields: [{ name: 'a', type: 'long' }] }
  const { decode, encode } = codec(['null', one, two, 'string', { type: 'array', items: 'int' }])
  expect(encode({ a: 5 })[0]).toBe(2)
  expect(encode({ a: 2 ** 40 })[0]).toBe(4)
  expect(encode({ Two: { a: 5 } })[0]).toBe(4)
  expect([decode(encode('x')), decode(encode([1])), decode(encode(null))]).toEqual(['x', [1], null])
  expect(() => encode(true)).toThrow('is true, and has to be one of null, One, Two, string, array.')
})

test.each([
  [{ ...example, device: 5 }, 'Field device: is 5, and has to be a text.'],
  [{ ...example, count: 1.5 }, 'Field count: is 1.5, and has to be a long.'],
  [{ ...example, small: 2 ** 40 }, 'Field small: '],
  [{ ...example, state: 'x' }, 'Field state: is "x", and has to be one of ON, OFF.'],
  [{ ...example, id: Uint8Array.of(1) }, 'Field id: is 1 bytes, and has to be 2 bytes.'],
  [{ ...example, tags: { a: 1 } }, 'Field tags.a: is 1, and has to be a text.'],
  [{ ...example, history: [null, 5] }, 'Field history[1]: is 5, and has to be one of'],
  [{ ...example, history: [example, { ...example, ok: 1 }] }, 'Field history[1]: is an object'],
  [{ ...example, ratio: undefined }, 'Field ratio: is missing, and has to be a number.'],
  [5, 'The value is 5, and has to be plant.Reading, a record.'],
])('says which field does not fit (%#)', (value, sentence) => {
  expect(() => codec(reading).encode(value)).toThrow(sentence)
})

test.each([
  ['string', '06 61', 'Byte 1: the payload ends'],
  ['string', '01', 'a length of -1.'],
  ['boolean', '02', 'Byte 0: 2 is no boolean.'],
  ['long', 'ff'.repeat(11), 'a number has more than 64 bits.'],
  ['int', '02 02', 'Byte 1: the value ends here'],
  [['null', 'int'], '04', 'Byte 0: a union of 2 types has no type 2.'],
  [{ type: 'enum', name: 'E', symbols: ['A'] }, '02', 'an enum of 1 symbols has no symbol 1.'],
  [{ type: 'array', items: 'int' }, '04 02', 'Byte 2, field [1]: the payload ends'],
  [{ type: 'map', values: 'int' }, '02 02 61', 'field a: the payload ends'],
  [record({ name: 'a', type: record({ name: 'b', type: 'int' }) }), '', undefined],
])('says what is wrong with %j as %s', (schema, digits, sentence) => {
  if (sentence === undefined) expect(() => codec(schema)).toThrow('is defined twice')
  else expect(() => codec(schema).decode(hex(digits))).toThrow(sentence)
})

test('takes no time and no memory for what a payload only claims to have', () => {
  const billions = 'feffffff0f'
  expect(() => codec({ type: 'array', items: 'null' }).decode(hex(`${billions}00`))).toThrow(
    'it stands for more than 1000000 values.',
  )
  expect(() => codec({ type: 'array', items: 'int' }).decode(hex(billions))).toThrow(FormatError)
  const nested = codec({ type: 'array', items: { type: 'array', items: 'null' } })
  expect(() => nested.decode(hex(`80897a${'80897a00'.repeat(1000)}`))).toThrow('it stands for')
})

test('bounds what stands in few bytes: records of nothing but null', () => {
  const fields = Array.from({ length: 1000 }, (_, index) => ({ name: `f${index}`, type: 'null' }))
  const items = { type: 'record', name: 'Empty', fields }
  const { decode } = codec({ type: 'array', items })
  expect(decode(hex('c80100'))).toHaveLength(100)
  expect(() => decode(hex('80897a00'))).toThrow('it stands for more than')
})

test('bounds how deep values go', () => {
  const list = record({ name: 'next', type: ['null', 'plant.Reading'] })
  expect(() => codec(list).decode(hex('02'.repeat(10_000)))).toThrow('nested more than 200')
  let value: unknown = null
  for (let depth = 0; depth < 300; depth += 1) value = { next: value }
  expect(() => codec(list).encode(value)).toThrow('nested more than 200')
})

test.each([
  ['{', 'The Avro schema is not JSON. Line 1, column 2'],
  ['"thing"', 'The type "thing" is not known.'],
  [JSON.stringify(record({ name: 'a b', type: 'int' })), 'A field has the name "a b"'],
  [JSON.stringify(record({ name: 'a', type: 'x' })), 'Field a: The type "x" is not known.'],
  [JSON.stringify(record({ name: 'a', type: 'int' }, { name: 'a', type: 'int' })), 'two fields'],
  ['["int", ["null"]]', 'A union stands directly in a union.'],
  ['["int", "int"]', 'The type "int" is twice in a union.'],
  ['[]', 'A union is empty.'],
  ['{"type":"enum","name":"E","symbols":["a-b"]}', 'no list of names as its symbols'],
  ['{"type":"fixed","name":"F"}', 'has no size'],
  ['{"type":"record","name":"R"}', 'has no list of fields'],
  ['5', 'A type is neither a name'],
])('says what is wrong with the schema %s', (schema, sentence) => {
  expect(() => openAvro(schema)).toThrow(sentence)
})

test('uses names of other schemas', () => {
  const site = '{"type":"enum","name":"Site","namespace":"plant","symbols":["A","B"]}'
  const own = {
    type: 'record',
    name: 'R',
    namespace: 'plant',
    fields: [{ name: 's', type: 'Site' }],
  }
  const { decode, encode } = openAvro(JSON.stringify(own), [site])
  expect(decode(encode({ s: 'B' }))).toEqual({ s: 'B' })
})

test('keeps names that objects inherit to themselves', () => {
  const { decode, encode } = codec(record({ name: '__proto__', type: 'int' }))
  const value: unknown = JSON.parse('{"__proto__":5}')
  expect(Object.entries(decode(encode(value)) as object)).toEqual([['__proto__', 5]])
  expect(() => encode({})).toThrow('is missing')
})

const plain = record(
  { name: 'text', type: 'string' },
  { name: 'long', type: 'long' },
  { name: 'int', type: 'int' },
  { name: 'double', type: 'double' },
  { name: 'maybe', type: ['null', 'string'] },
  { name: 'list', type: { type: 'array', items: 'long' } },
  { name: 'map', type: { type: 'map', values: 'boolean' } },
  { name: 'state', type: { type: 'enum', name: 'State', symbols: ['ON', 'OFF'] } },
)

test('agrees with another implementation both ways', () => {
  const ours = codec(plain)
  const theirs = avsc.Type.forSchema(plain as avsc.Schema)
  // Beyond these it rounds.
  const long = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
  const value = fc.record({
    text: fc.string({ unit: 'grapheme' }),
    long,
    int: fc.integer(),
    double: fc.double({ noNaN: true }),
    maybe: fc.option(fc.string()),
    list: fc.array(long),
    map: fc.dictionary(fc.string(), fc.boolean()),
    state: fc.constantFrom('ON', 'OFF'),
  })
  fc.assert(
    fc.property(value, (given) => {
      fc.pre(!Object.hasOwn(given.map, '__proto__'))
      const bytes = Buffer.from(ours.encode(given))
      expect({ ...theirs.fromBuffer(bytes) }).toEqual(given)
      expect(ours.decode(theirs.toBuffer(given))).toEqual(given)
    }),
    { numRuns: 500 },
  )
})

test('keeps numbers of 64 bits exact', () => {
  const { decode, encode } = codec('long')
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
      expect(BigInt(decode(encode(value)) as bigint)).toBe(value)
    }),
  )
})

test('never falls over, whatever comes', () => {
  const schemas = [reading, plain, record({ name: 'next', type: ['null', 'plant.Reading'] })]
  const codecs = schemas.map(codec)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(2), (bytes, index) => {
      try {
        codecs[index]?.decode(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.string(), (schema) => {
      expect(() => openAvro(schema)).toThrow(FormatError)
    }),
  )
})

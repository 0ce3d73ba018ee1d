import fc from 'fast-check'
import protobufjs from 'protobufjs'
import { expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { hex } from '../testing/hex.ts'
import { openProtobuf } from './open-protobuf.ts'

const schema = `
syntax = "proto3";
package plant;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";

enum State { UNKNOWN = 0; ON = 1; OFF = 2; BELOW = -1; }

message Reading {
  string device_id = 1;
  double value = 2;
  optional int32 small = 3;
  int64 count = 4;
  uint64 total = 5;
  sint32 zig = 6;
  sint64 zag = 7;
  fixed32 f32 = 8;
  fixed64 f64 = 9;
  sfixed32 sf32 = 10;
  sfixed64 sf64 = 11;
  float ratio = 12;
  bool ok = 13;
  bytes raw = 14;
  State state = 15;
  repeated int32 history = 16;
  repeated string names = 17;
  map<string, double> limits = 18;
  map<int32, Inner> inners = 19;
  Inner inner = 20;
  oneof either { string left = 21; int32 right = 22; }
  google.protobuf.Timestamp at = 23;
  google.protobuf.Duration took = 24;
  google.protobuf.DoubleValue maybe = 25;
  repeated State states = 26;
  uint32 plain = 27;
  message Inner { int32 n = 1; Reading again = 2; }
}
message Other { int32 a = 1; }
`

const reading = openProtobuf(schema).message('plant.Reading')

const full = {
  device_id: 'ü1',
  value: 21.5,
  small: 0,
  count: -(2n ** 63n),
  total: 2n ** 64n - 1n,
  zig: -5,
  zag: -(2 ** 40),
  f32: 4_294_967_295,
  f64: 2n ** 63n,
  sf32: -1,
  sf64: -2,
  ratio: 0.5,
  ok: true,
  raw: Uint8Array.of(1, 2),
  state: 'OFF',
  history: [1, -2, 3],
  names: ['a', ''],
  limits: { low: 0, high: 2.5 },
  inners: { '-3': { n: 7 } },
  inner: { n: 1, again: undefined },
  right: 0,
  at: 1_700_000_000_123.5,
  took: -1500,
  maybe: 0,
  states: ['ON', 'BELOW', 77],
  plain: 4_000_000_000,
}

const empty = {
  device_id: '',
  value: 0,
  count: 0,
  total: 0,
  zig: 0,
  zag: 0,
  f32: 0,
  f64: 0,
  sf32: 0,
  sf64: 0,
  ratio: 0,
  ok: false,
  raw: new Uint8Array(0),
  state: 'UNKNOWN',
  history: [],
  names: [],
  limits: {},
  inners: {},
  states: [],
  plain: 0,
}

test('reads and writes every type', () => {
  expect(reading.decode(reading.encode(full))).toEqual(full)
})

test('gives what always has a value also where nothing was sent', () => {
  expect(reading.decode(new Uint8Array(0))).toEqual(empty)
  expect(reading.encode(empty)).toEqual(new Uint8Array(0))
  expect(reading.encode({})).toEqual(new Uint8Array(0))
})

test('reads lists packed and not, and passes over what it does not know', () => {
  expect(reading.decode(hex('820102 0102 800105'))).toMatchObject({ history: [1, 2, 5] })
  const unknown = hex('f00f05 f10f0000000000000000 f20f0161 f50f00000000 f30f0801f40f')
  expect(reading.decode(unknown)).toEqual(empty)
})

test.each([
  ['0a', 'Byte 1, field device_id: the payload ends'],
  ['0a056162', 'field device_id: the payload ends'],
  ['0801', 'Byte 1, field device_id: is encoded as wire type 0'],
  ['0001', 'a field has no number.'],
  ['f70f', 'wire type 7 does not exist here.'],
  ['f40f', 'a group ends that did not begin.'],
  ['a20104120210ff', 'Byte 6, field inner.again.value: is encoded'],
  ['f30f'.repeat(1000), 'nested more than 200'],
  ['ffffffffffffffffffffff01', 'more than 64 bits'],
])('says what is wrong with %s', (digits, sentence) => {
  expect(() => reading.decode(hex(digits))).toThrow(sentence)
})

test.each([
  [{ device_id: 5 }, 'Field device_id: is 5, and has to be a text.'],
  [{ small: 2 ** 31 }, 'Field small: is 2147483648, and has to be a whole number of 32 bits.'],
  [{ total: -1 }, 'Field total: is -1, and has to be a whole number of 64 bits without sign.'],
  [{ state: 'x' }, 'Field state: is "x", and has to be one of UNKNOWN, ON, OFF, BELOW.'],
  [{ history: [1, 'a'] }, 'Field history[1]: is "a"'],
  [{ limits: { low: 'x' } }, 'Field limits.low: is "x", and has to be a number.'],
  [{ inners: { x: {} } }, 'Field inners.x: is "x", and has to be a whole number'],
  [{ inner: { again: { ok: 1 } } }, 'Field inner.again.ok: is 1, and has to be a boolean.'],
  [{ at: 'soon' }, 'Field at: is "soon", and has to be google.protobuf.Timestamp, a message.'],
  ['x', 'The value is "x", and has to be plant.Reading, a message.'],
])('says which field does not fit (%#)', (value, sentence) => {
  expect(() => reading.encode(value)).toThrow(sentence)
})

test('takes whole numbers as digits and times as ISO 8601 text', () => {
  const bytes = reading.encode({ count: '9007199254740993', at: '1970-01-01T00:00:01Z' })
  expect(reading.decode(bytes)).toMatchObject({ count: 9_007_199_254_740_993n, at: 1000 })
})

test('finds messages by name, by any end of it, by number, or the only one', () => {
  const all = openProtobuf(schema)
  expect(all.message('Other').decode(hex('0805'))).toEqual({ a: 5 })
  expect(all.message([1]).decode(hex('0805'))).toEqual({ a: 5 })
  expect(all.message([0, 0]).decode(hex('0805'))).toEqual({ n: 5 })
  expect(all.message([]).decode(hex(''))).toEqual(empty)
  expect(() => all.message()).toThrow('Say which message of the schema it is. There are plant.')
  expect(() => all.message('None')).toThrow('There is no message None.')
  expect(() => all.message([7])).toThrow(FormatError)
  const one = openProtobuf('syntax="proto3"; message A { int32 a = 1; }').message()
  expect(one.decode(hex('0801'))).toEqual({ a: 1 })
})

test('reads proto2: required fields, groups, fields that may be absent', () => {
  const text = `message A { required int32 id = 1; optional string name = 2;
    repeated group Item = 3 { optional int32 n = 4; } repeated int32 list = 5; }`
  const { decode, encode } = openProtobuf(text).message('A')
  const value = { id: 5, item: [{ n: 1 }, {}], list: [1, 2] }
  expect(decode(encode(value))).toEqual(value)
  expect(() => decode(hex(''))).toThrow('the field "id" of A is missing.')
  expect(() => encode({})).toThrow('Field id: is missing.')
})

test('uses other schemas by the names of their files', () => {
  const other = 'syntax="proto3"; package site; message Place { string name = 1; }'
  const text = 'syntax="proto3"; import "place.proto"; message A { site.Place at = 1; }'
  const { decode, encode } = openProtobuf(text, { 'place.proto': other }).message()
  expect(decode(encode({ at: { name: 'x' } }))).toEqual({ at: { name: 'x' } })
  expect(() => openProtobuf(text)).toThrow('imports "place.proto", which is not given')
})

test.each(['message {', 'message A { Thing a = 1; }', 'x', '"'.repeat(5)])(
  'says that the schema %s is wrong',
  (text) => {
    expect(() => openProtobuf(text).message()).toThrow(
      expect.objectContaining({ code: 'FORMAT_SETTINGS' }),
    )
  },
)

test('keeps names that objects inherit to themselves', () => {
  const text = 'syntax="proto3"; message A { map<string, int32> tags = 1; int32 constructor = 2; }'
  const { decode, encode } = openProtobuf(text).message()
  const value: unknown = JSON.parse('{"tags":{"__proto__":5,"toString":1},"constructor":3}')
  expect(decode(encode(value))).toEqual(value)
  expect(({} as { constructor: unknown }).constructor).toBe(Object)
})

test('bounds what stands in few bytes: messages with nothing in them', () => {
  const fields = Array.from(
    { length: 100 },
    (_, index) => `repeated int32 f${index} = ${index + 1};`,
  )
  const text = `syntax="proto3"; message A { repeated B b = 1; } message B { ${fields.join(' ')} }`
  const { decode } = openProtobuf(text).message('A')
  expect(decode(hex('0a00'.repeat(100)))).toMatchObject({ b: { length: 100 } })
  expect(() => decode(hex('0a00'.repeat(20_000)))).toThrow('it stands for more than')
})

test('bounds how deep messages go', () => {
  let value: Record<string, unknown> = {}
  for (let depth = 0; depth < 300; depth += 1) value = { inner: { again: value } }
  expect(() => reading.encode(value)).toThrow('nested more than 200')
})

test('agrees with another implementation both ways', () => {
  const { root } = protobufjs.parse(schema.replace(/import.*|.*google.*/g, ''), { keepCase: true })
  const theirs = root.lookupType('plant.Reading')
  const value = fc.record({
    device_id: fc.string({ unit: 'grapheme' }),
    value: fc.double({ noNaN: true }),
    count: fc.maxSafeInteger(),
    total: fc.maxSafeNat(),
    zig: fc.integer(),
    zag: fc.maxSafeInteger(),
    f32: fc.nat(),
    sf64: fc.maxSafeInteger(),
    ok: fc.boolean(),
    state: fc.constantFrom('UNKNOWN', 'ON', 'OFF', 'BELOW'),
    history: fc.array(fc.integer()),
    names: fc.array(fc.string()),
    limits: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.double({ noNaN: true })),
    inner: fc.record({ n: fc.integer() }),
  })
  const options = { longs: Number, enums: String, defaults: true, arrays: true, objects: true }
  fc.assert(
    fc.property(value, (given) => {
      const bytes = reading.encode(given)
      expect(theirs.toObject(theirs.decode(bytes), options)).toMatchObject(given)
      const back = theirs.encode(theirs.fromObject(given)).finish()
      expect(reading.decode(back)).toMatchObject(given)
    }),
    { numRuns: 300 },
  )
})

test('never falls over, whatever comes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        reading.decode(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 5000 },
  )
})

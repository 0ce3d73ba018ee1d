import { expect, test } from 'vitest'
import { framed, schemaIdOf } from './frame.ts'
import { openSchema } from './schema-codec.ts'

test('puts the number of the schema before a value, and finds it there', () => {
  const value = Buffer.from(framed(70_000, Buffer.from('x')))
  expect([...value]).toEqual([0, 0, 1, 17, 112, 120])
  expect(schemaIdOf(value)).toBe(70_000)
  expect(() => schemaIdOf(Buffer.from([0, 0]))).toThrow('too few')
  expect(() => schemaIdOf(Buffer.from('{"n":1}'))).toThrow('does not name a schema')
})

const protobuf = {
  type: 'PROTOBUF',
  text: 'syntax = "proto3"; message A { int32 n = 1; } message B { string text = 1; }',
  references: [],
  used: [],
} as const

test('writes the first message of a Protobuf schema, and reads whichever the value names', () => {
  const codec = openSchema(protobuf)
  expect([...codec.encode({ n: 3 })]).toEqual([0, 8, 3])
  expect(codec.decode(Buffer.from([2, 0, 8, 3]))).toEqual({ n: 3 })
  expect(codec.decode(Buffer.from([2, 2, 10, 1, 120]))).toEqual({ text: 'x' })
  for (const bytes of [[], [0x80], [2], [250, 1], [2, 0x80, 0x80, 0x80, 0x80, 0x80]])
    expect(() => codec.decode(Buffer.from(bytes))).toThrow('ends before it says')
})

test('says that a Protobuf schema has no such message', () => {
  const codec = openSchema(protobuf)
  for (const indexes of [
    [2, 4],
    [2, 3],
    [4, 0, 0],
    [4, 2, 2],
  ]) {
    const decode = () => codec.decode(Buffer.from([...indexes, 8, 3]))
    expect(decode).toThrow(expect.objectContaining({ code: 'SCHEMA_MESSAGE_UNKNOWN' }))
  }
  expect(() => codec.decode(Buffer.from([4, 2, 2, 8]))).toThrow('message 1.1 of its schema')
})

test('says where a Protobuf message is cut off', () => {
  const codec = openSchema(protobuf)
  for (const bytes of [
    [0, 8],
    [0, 8, 0x80],
    [2, 2, 10, 5, 120],
  ])
    expect(() => codec.decode(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ code: 'FORMAT_DECODE' }),
    )
})

test.each([
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2020-12/schema',
])('checks values against a JSON schema of %s, and others that it uses', ($schema) => {
  const text = JSON.stringify({
    $schema,
    type: 'object',
    properties: { at: { $ref: 'place.json' } },
    required: ['at'],
  })
  const used = [{ name: 'place.json', text: '{"type":"string"}' }]
  const codec = openSchema({ type: 'JSON', text, references: [], used })
  expect(codec.decode(Buffer.from('{"at":"x"}'))).toEqual({ at: 'x' })
  expect(() => codec.decode(Buffer.from('{"at":1}'))).toThrow('value/at must be string')
  expect(() => codec.encode({})).toThrow("required property 'at'")
})

test('says that a schema itself is wrong', () => {
  expect(() => openSchema({ ...protobuf, type: 'JSON', text: '{"type":5}' })).toThrow('JSON schema')
  expect(() => openSchema({ ...protobuf, type: 'AVRO' })).toThrow('Avro schema')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNames } from './fields/format-choices.ts'
import { FormatError } from './format-error.ts'
import type { FormatSettings } from './format-settings.ts'
import { openEncoder } from './open-encoder.ts'

const usual = { offset: 0, endian: 'big', length: 4, bit: 0, scale: 1, add: 0 } as const

/** Enough for each format to be opened. */
const settings: Omit<FormatSettings, 'format'> = {
  avroSchema: JSON.stringify({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'a', type: ['null', 'int', 'string', { type: 'map', values: 'double' }] },
      { name: 'b', type: { type: 'array', items: 'bytes' }, default: [] },
    ],
  }),
  protobufSchema:
    'syntax="proto3"; message R { int32 a = 1; repeated string b = 2; map<string, R> c = 3; }',
  binaryFields: [{ ...usual, name: 'a', type: 'int32' }],
}

const record = fc.record(
  { a: fc.anything(), b: fc.anything(), c: fc.anything(), fields: fc.anything() },
  { requiredKeys: [] },
)
const point = fc.record({ measurement: fc.string(), tags: fc.anything(), fields: fc.anything() })
const value = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withSparseArray: true }),
  fc.anything({ withMap: true, withSet: true, withNullPrototype: true, withBoxedValues: true }),
  record,
  fc.array(record),
  point,
)

test('never falls over, whatever is to be written', () => {
  const encoders = formatNames.map((format) => openEncoder({ format, ...settings }))
  fc.assert(
    fc.property(value, fc.constantFrom(...encoders), (given, encode) => {
      try {
        const payload = encode(given)
        expect(typeof payload === 'string' || payload instanceof Uint8Array).toBe(true)
      } catch (error) {
        if (!isExpected(error)) throw error
      }
    }),
    { numRuns: 5000 },
  )
})

/** Values of line protocol have codes of their own. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof FormatError ||
    String((error as Error & { code?: string }).code).startsWith('INFLUXDB_')
  )
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvEncoder } from '../csv/csv-encoder.ts'
import { csvSettings } from '../csv/csv-settings.ts'
import { FormatError } from '../format-error.ts'
import { openDecoder } from '../open-decoder.ts'
import { openEncoder, payloadBytes } from '../open-encoder.ts'
import { openRecords } from './open-records.ts'
import type { RecordSettings } from './open-records.ts'

/** Reads bytes record by record, as they come in pieces; the last record may lack its line end. */
function readAll(settings: RecordSettings, pieces: readonly Uint8Array[]): unknown[] {
  const records = openRecords(settings)
  const values: unknown[] = []
  let needsHeader = records.hasHeader
  let rest = Buffer.alloc(0)
  const take = (record: Uint8Array): void => {
    if (needsHeader) records.useHeader(record)
    else {
      const found = records.read(record, 1)
      if (found !== undefined) values.push(found.value)
    }
    needsHeader = false
  }
  for (const piece of pieces) {
    rest = Buffer.concat([rest, piece])
    let start = 0
    for (let end = records.endOf(rest, 0); end >= 0; end = records.endOf(rest, start)) {
      take(rest.subarray(start, end))
      start = end
    }
    rest = rest.subarray(start)
  }
  if (rest.length > 0) take(rest)
  return values
}

const whole = (text: string) => [Buffer.from(text)]

test.each([
  ['text', 'a\r\n\n b', ['a', '', ' b']],
  ['ndjson', '{"a":1}\n\n2\n', [{ a: 1 }, 2]],
  ['line', '# no\nm v=1 1000000\n', [{ measurement: 'm', tags: {}, fields: { v: 1 }, time: 1 }]],
  [
    'csv',
    'a,b\n1,"x\ny"\n\n2,z',
    [
      { a: 1, b: 'x\ny' },
      { a: 2, b: 'z' },
    ],
  ],
] as const)('reads %s', (format, text, values) => {
  expect(readAll({ format }, whole(text))).toEqual(values)
})

test('does not take a quote within a cell for one around it', () => {
  const text = 'size,n\n5" pipe,1\n"7"" pipe",2\n'
  expect(readAll({ format: 'csv' }, whole(text))).toEqual([
    { size: '5" pipe', n: 1 },
    { size: '7" pipe', n: 2 },
  ])
})

test('says in which line of the whole a record is wrong', () => {
  const json = openRecords({ format: 'ndjson' })
  expect(() => json.read(Buffer.from('{"a"\n'), 17)).toThrow('Line 17, column 5')
  const csv = openRecords({ format: 'csv' })
  csv.useHeader(Buffer.from('a\n'))
  expect(() => csv.read(Buffer.from('1,2\n'), 3)).toThrow('Line 3: the row has 2 cells')
  const points = openRecords({ format: 'line' })
  expect(() => points.read(Buffer.from('m v=x\n'), 9)).toThrow('Line 9, column 5')
})

// U+010A has a byte that looks like a line end.
test.each([
  ['utf-16le', 'a\nü\u010a\n'],
  ['utf-16be', 'a\nü\u010a\u0a0a\n'],
  ['iso-8859-1', 'a\nü\n'],
  ['shift_jis', 'a\n温度\n'],
] as const)('reads %s', (charset, text) => {
  const bytes = payloadBytes(openEncoder({ format: 'text', charset })(text))
  expect(readAll({ format: 'text', charset }, [bytes])).toEqual(text.trimEnd().split('\n'))
})

const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '1', 'ü'), maxLength: 6 })

test('reads the same however the bytes come in pieces, and as read in one', () => {
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1 })
  fc.assert(
    fc.property(rows, fc.array(fc.integer({ min: 1, max: 7 })), (table, sizes) => {
      const csv = { hasHeader: false } as const
      const bytes = Buffer.from(csvEncoder(csvSettings(csv))(table))
      const pieces: Buffer[] = []
      let at = 0
      for (const size of sizes) {
        pieces.push(bytes.subarray(at, at + size))
        at += size
      }
      pieces.push(bytes.subarray(Math.min(at, bytes.length)))
      const settings = { format: 'csv', csv } as const
      expect(readAll(settings, pieces)).toEqual(openDecoder(settings)(bytes))
    }),
    { numRuns: 1000 },
  )
})

test('never falls over, whatever comes', () => {
  const formats = fc.constantFrom('text', 'ndjson', 'csv', 'line')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), formats, (bytes, format) => {
      try {
        readAll({ format }, [bytes])
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 1000 },
  )
})

import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { run } from '@millrace/sdk/testing'
import { parse } from './operator.ts'

test('puts what text or bytes say into the payload and leaves the rest as it is', () => {
  const node = run(parse)
  node.send({ payload: '{"t":1}', topic: 'a' })
  node.send({ payload: Buffer.from('[2]'), topic: 'b' })
  expect(node.emitted('out')).toEqual([
    { payload: { t: 1 }, topic: 'a' },
    { payload: [2], topic: 'b' },
  ])
})

test('reads from one place and puts into another', () => {
  const node = run(parse, { from: 'payload.raw', to: 'payload.value', format: 'text' })
  node.send({ payload: { raw: Buffer.from('ü'), n: 1 } })
  expect(node.emitted('out')).toEqual([{ payload: { raw: Buffer.from('ü'), n: 1, value: 'ü' } }])
})

test('makes a message of each row, or one with a list', () => {
  const each = run(parse, { format: 'csv' })
  each.send({ payload: 'n\n1\n2', topic: 'a' })
  expect(each.emitted('out')).toEqual([
    { payload: { n: 1 }, topic: 'a' },
    { payload: { n: 2 }, topic: 'a' },
  ])
  const list = run(parse, { format: 'ndjson', several: 'list' })
  list.send({ payload: '1\n2\n' })
  list.send({ payload: '' })
  expect(list.emitted('out')).toEqual([{ payload: [1, 2] }, { payload: [] }])
  // A choice that is not shown keeps its value.
  const single = run(parse, { format: 'json', several: 'list' })
  single.send({ payload: '{}' })
  expect(single.emitted('out')).toEqual([{ payload: {} }])
})

test('takes text as it is, whatever charset bytes would have', () => {
  const csv = run(parse, { format: 'csv', charset: 'iso-8859-1', csvHeader: false })
  csv.send({ payload: 'ü' })
  csv.send({ payload: Buffer.from('ü', 'latin1') })
  expect(csv.emitted('out')).toEqual([{ payload: ['ü'] }, { payload: ['ü'] }])
  const xml = run(parse, { format: 'xml' })
  xml.send({ payload: '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>' })
  expect(xml.emitted('out')).toEqual([{ payload: { a: 'ü' } }])
})

test('unpacks first where it is told to', () => {
  const node = run(parse, { format: 'json', compression: 'gzip' })
  node.send({ payload: gzipSync('{"t":1}') })
  expect(node.emitted('out')).toEqual([{ payload: { t: 1 } }])
})

test('fails what is not of the format, and what is neither text nor bytes', () => {
  const node = run(parse)
  for (const payload of ['{\n  "a": }', 5, undefined, [1]]) node.send({ payload })
  expect(node.failures().map(({ code, message }) => `${code} ${message}`)).toEqual([
    "FORMAT_DECODE Line 2, column 8: Unexpected token '}'.",
    'PARSE_NO_TEXT At payload is a value (number), which is neither text nor bytes.',
    'PARSE_NO_TEXT At payload is nothing, where text or bytes should be.',
    'PARSE_NO_TEXT At payload is a list, which is neither text nor bytes.',
  ])
})

test('refuses to begin with a schema that is wrong', () => {
  expect(() => run(parse, { format: 'avro', avroSchema: '"thing"' })).toThrow(
    'The type "thing" is not known.',
  )
})

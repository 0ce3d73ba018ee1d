import type { ConfigOf } from '@millrace/sdk/descriptor'
import { describe } from '@millrace/sdk/descriptor'
import { checkDescriptor } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { openDecoder } from '../open-decoder.ts'
import { formatChoices, formatNames, recordChoices } from './format-choices.ts'
import {
  compressionFields,
  decodeFields,
  encodeFields,
  packFields,
  recordFields,
} from './format-fields.ts'
import { formatSettings, isFormat } from './read-settings.ts'

const descriptor = describe({
  type: 'test/node',
  version: 1,
  kind: 'source',
  title: 'Test',
  summary: 'Test.',
  category: 'sources',
  icon: 'rss',
  inputs: [],
  outputs: [],
  fields: {
    format: {
      kind: 'choice',
      label: 'Format',
      default: 'auto',
      options: [
        { value: 'auto', label: 'Any' },
        { value: 'json', label: 'JSON' },
        ...formatChoices('json'),
      ],
    },
    ...decodeFields('format'),
    ...compressionFields('format'),
    bodyFormat: { kind: 'choice', label: 'Body', default: 'json', options: formatChoices() },
    ...encodeFields('bodyFormat', 'body'),
    ...packFields('bodyFormat', 'body'),
    records: { kind: 'choice', label: 'Records', default: 'text', options: recordChoices },
  },
})

test('holds to the contract of a descriptor', () => {
  expect(checkDescriptor(descriptor)).toEqual([])
})

test('gives the fields of records alone', () => {
  const fields = {
    records: { kind: 'choice', label: 'Records', default: 'text', options: recordChoices },
    ...recordFields('records'),
  } as const
  expect(checkDescriptor({ ...descriptor, fields })).toEqual([])
})

test('offers each format once', () => {
  const offered = descriptor.fields.format.options.map(({ value }) => value)
  expect(offered.toSorted()).toEqual(['auto', ...formatNames].toSorted())
})

test('gives the settings of each choice of a node', () => {
  const config: Partial<ConfigOf<typeof descriptor>> = {
    format: 'csv',
    csvDelimiter: ';',
    csvHeader: false,
    csvColumns: [{ id: '1', name: 'n', type: 'integer' }],
    compression: 'none',
    bodyCsvDelimiter: '|',
  }
  const settings = formatSettings(config, { format: 'csv' })
  expect(openDecoder(settings)(Buffer.from('1\n2'))).toEqual([{ n: 1 }, { n: 2 }])
  expect(formatSettings(config, { format: 'csv', prefix: 'body' })).toEqual({
    format: 'csv',
    csv: { delimiter: '|' },
  })
})

test('knows a format from what else a node offers', () => {
  expect([isFormat('json'), isFormat('auto')]).toEqual([true, false])
})

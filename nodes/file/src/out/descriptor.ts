import { describe } from '@millrace/sdk/descriptor'

export const fileOutDescriptor = describe({
  type: 'file/out',
  version: 1,
  kind: 'sink',
  title: 'File out',
  summary: 'Appends each message to a file.',
  category: 'sinks',
  icon: 'file-output',
  keywords: ['write', 'append', 'csv', 'json lines', 'jsonl', 'ndjson', 'text', 'log', 'disk'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{path}',
  stateful: true,
  uniqueBy: ['path'],
  targets: ['local'],
  promises: { transactional: true },
  fields: {
    path: {
      kind: 'text',
      label: 'File',
      required: true,
      placeholder: 'measurements.jsonl',
      maxLength: 1000,
      help: 'Within the folder files of the user directory, or an absolute path that the server allows.',
    },
    format: {
      kind: 'choice',
      label: 'Format',
      default: 'jsonl',
      options: [
        { value: 'jsonl', label: 'JSON lines', help: 'Each message as one line of JSON.' },
        {
          value: 'csv',
          label: 'CSV',
          help: 'Each message as a row; the first row names the columns.',
        },
        { value: 'text', label: 'Text', help: 'Each message as one line of text.' },
      ],
    },
    content: {
      kind: 'choice',
      label: 'Write',
      default: 'payload',
      when: { field: 'format', is: ['jsonl'] },
      options: [
        { value: 'payload', label: 'the payload' },
        { value: 'message', label: 'the whole message' },
      ],
    },
    columns: {
      kind: 'list',
      label: 'Columns',
      itemLabel: 'column',
      min: 1,
      max: 250,
      default: [
        { name: 'time', value: 'time' },
        { name: 'value', value: 'payload' },
      ],
      when: { field: 'format', is: ['csv'] },
      item: {
        name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
        value: {
          kind: 'expression',
          returns: 'any',
          label: 'Value',
          required: true,
          placeholder: 'payload.temperature',
        },
      },
    },
    separator: {
      kind: 'choice',
      label: 'Separator',
      default: ',',
      advanced: true,
      when: { field: 'format', is: ['csv'] },
      options: [
        { value: ',', label: 'Comma' },
        { value: ';', label: 'Semicolon' },
        { value: '\t', label: 'Tab' },
      ],
    },
    line: {
      kind: 'template',
      label: 'Line',
      default: '{{ payload }}',
      required: true,
      when: { field: 'format', is: ['text'] },
    },
  },
})

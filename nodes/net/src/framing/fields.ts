import { describe } from '@millrace/sdk/descriptor'

const byLength = { field: 'framing', is: ['length'] } as const

/** How messages are told apart in a stream; nodes over TCP spread them into their fields. */
export const framingFields = describe({
  type: 'net/framing',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'split',
  inputs: [],
  outputs: [],
  fields: {
    framing: {
      kind: 'choice',
      label: 'Framing',
      section: 'Messages',
      default: 'line',
      options: [
        { value: 'line', label: 'Lines' },
        { value: 'delimiter', label: 'Delimiter' },
        { value: 'length', label: 'Length prefix' },
        { value: 'fixed', label: 'Fixed length' },
        { value: 'whole', label: 'Whole connection', help: 'Until the sender closes it.' },
      ],
      help: 'How messages are told apart in the stream.',
    },
    delimiter: {
      kind: 'text',
      label: 'Delimiter',
      required: true,
      default: '\\r\\n',
      maxLength: 100,
      when: { field: 'framing', is: ['delimiter'] },
      suggestions: ['\\r\\n', '\\0', '\\x03', ';'],
      help: 'With \\n, \\r, \\t, \\0 and \\x1f for what cannot be typed.',
    },
    prefixBytes: {
      kind: 'choice',
      label: 'Length prefix',
      default: '4',
      when: byLength,
      options: [
        { value: '1', label: '1 byte' },
        { value: '2', label: '2 bytes' },
        { value: '4', label: '4 bytes' },
      ],
    },
    byteOrder: {
      kind: 'choice',
      label: 'Byte order',
      default: 'big',
      when: byLength,
      options: [
        { value: 'big', label: 'Big-endian (network order)' },
        { value: 'little', label: 'Little-endian' },
      ],
    },
    countsItself: {
      kind: 'boolean',
      label: 'Length includes the prefix',
      advanced: true,
      default: false,
      when: byLength,
    },
    frameBytes: {
      kind: 'integer',
      label: 'Length',
      default: 16,
      min: 1,
      max: 104_857_600,
      unit: 'bytes',
      when: { field: 'framing', is: ['fixed'] },
    },
  },
}).fields

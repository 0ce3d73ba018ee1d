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
      label: 'A message is',
      section: 'Messages',
      default: 'line',
      options: [
        { value: 'line', label: 'A line' },
        { value: 'delimiter', label: 'What stands before a delimiter' },
        { value: 'length', label: 'What a number before it counts' },
        { value: 'fixed', label: 'So many bytes' },
        { value: 'whole', label: 'A whole connection', help: 'Until the sender closes it.' },
      ],
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
      label: 'The number takes',
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
        { value: 'big', label: 'Highest byte first (network order)' },
        { value: 'little', label: 'Lowest byte first' },
      ],
    },
    countsItself: {
      kind: 'boolean',
      label: 'The number counts its own bytes too',
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

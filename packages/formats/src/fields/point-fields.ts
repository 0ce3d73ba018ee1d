import type { Fields } from '@millrace/sdk/descriptor'

/** What a message becomes as a point of line protocol; to be spread into a descriptor's fields. */
export const pointFields = {
  measurement: {
    kind: 'template',
    label: 'Measurement',
    required: true,
    placeholder: 'temperature',
  },
  tags: {
    kind: 'list',
    label: 'Tags',
    itemLabel: 'tag',
    default: [],
    item: {
      name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
      value: {
        kind: 'expression',
        returns: 'any',
        label: 'Value',
        required: true,
        placeholder: 'payload.device',
      },
    },
  },
  fields: {
    kind: 'list',
    label: 'Fields',
    itemLabel: 'field',
    min: 1,
    max: 250,
    default: [{ name: 'value', value: 'payload', type: 'auto' }],
    item: {
      name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
      value: {
        kind: 'expression',
        returns: 'any',
        label: 'Value',
        required: true,
        placeholder: 'payload.value',
      },
      type: {
        kind: 'choice',
        label: 'Type',
        default: 'auto',
        options: [
          { value: 'auto', label: 'As it is', help: 'Numbers as float.' },
          { value: 'float', label: 'Float' },
          { value: 'integer', label: 'Integer' },
          { value: 'boolean', label: 'Boolean' },
          { value: 'string', label: 'Text' },
        ],
      },
    },
  },
  time: {
    kind: 'expression',
    returns: 'any',
    label: 'Time',
    placeholder: 'time',
    help: 'Milliseconds since the epoch, or ISO 8601 text. The time of the message when empty.',
  },
} as const satisfies Fields

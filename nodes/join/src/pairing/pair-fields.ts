import type { Fields } from '@millrace/sdk/descriptor'

/** The fields that all joins of two streams have: which messages belong together. */
export const matchFields = {
  leftKey: {
    kind: 'expression',
    returns: 'any',
    label: 'Left key',
    section: 'Match',
    required: true,
    placeholder: 'payload.device',
    help: 'Messages match where both keys are equal. A missing key matches nothing.',
  },
  rightKey: {
    kind: 'expression',
    returns: 'any',
    label: 'Right key',
    placeholder: 'payload.device',
    help: 'When empty: as on the left.',
  },
  join: {
    kind: 'choice',
    label: 'Without a match',
    default: 'inner',
    options: [
      { value: 'inner', label: 'Drop (inner join)' },
      { value: 'left', label: 'Keep left messages (left join)' },
      { value: 'right', label: 'Keep right messages (right join)' },
      { value: 'full', label: 'Keep both (full join)' },
    ],
    help: 'Known once time has passed on both inputs.',
  },
} as const satisfies Fields

/** What the result looks like, and how much may wait. */
export const resultFields = {
  shape: {
    kind: 'choice',
    label: 'Payloads',
    section: 'Result',
    default: 'named',
    options: [
      { value: 'named', label: 'Under a name each', help: 'payload.left and payload.right' },
      { value: 'merged', label: 'Merged into one object' },
    ],
  },
  leftName: {
    kind: 'text',
    label: 'Left name',
    default: 'left',
    required: true,
    format: 'identifier',
    advanced: true,
    when: { field: 'shape', is: ['named'] },
  },
  rightName: {
    kind: 'text',
    label: 'Right name',
    default: 'right',
    required: true,
    format: 'identifier',
    advanced: true,
    when: { field: 'shape', is: ['named'] },
  },
  rightPrefix: {
    kind: 'text',
    label: 'Prefix for names from the right',
    default: 'right_',
    maxLength: 100,
    when: { field: 'shape', is: ['merged'] },
    help: 'When empty, the right wins where both have a name.',
  },
  messagesMax: {
    kind: 'integer',
    label: 'Maximum messages waiting',
    advanced: true,
    default: 100_000,
    required: true,
    min: 1,
    max: 10_000_000,
    help: 'Messages beyond that leave by the error port.',
  },
} as const satisfies Fields

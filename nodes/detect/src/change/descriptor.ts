import { describe } from '@millrace/sdk/descriptor'
import { keyedFields } from '../keyed/keyed-fields.ts'

const { key, forgetAfterMs, keysMax } = keyedFields

export const descriptor = describe({
  type: 'detect/change',
  version: 1,
  kind: 'operator',
  title: 'Change filter',
  summary: 'Passes a value on only when it has changed enough since the last one passed.',
  category: 'detect',
  icon: 'waves',
  keywords: ['deadband', 'report by exception', 'rbe', 'delta', 'threshold', 'reduce', 'thin out'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'out', title: 'Changed', help: 'The first of a key, and what changed enough.' },
    { name: 'rejected', title: 'Unchanged', help: 'Too close to the last value passed.' },
  ],
  stateful: true,
  face: '{value} {compare} {by}{percent}',
  targets: ['local', 'workers'],
  fields: {
    value: {
      kind: 'expression',
      returns: 'any',
      label: 'Value',
      default: 'payload',
      required: true,
      placeholder: 'payload.temperature',
    },
    compare: {
      kind: 'choice',
      label: 'Pass when it changed',
      default: 'absolute',
      options: [
        { value: 'absolute', label: 'By at least', face: 'by at least' },
        { value: 'percent', label: 'In percent by at least', face: 'in percent by at least' },
        {
          value: 'any',
          label: 'At all',
          face: 'at all',
          help: 'Also for texts, lists and objects.',
        },
      ],
    },
    by: {
      kind: 'number',
      label: 'Deadband',
      default: 1,
      required: true,
      min: 0,
      help: 'Compared with the last value passed, not the last one seen.',
      when: { field: 'compare', is: ['absolute'] },
    },
    percent: {
      kind: 'number',
      label: 'Deadband',
      default: 5,
      required: true,
      min: 0,
      unit: '%',
      help: 'Of the last value passed, not the last one seen.',
      when: { field: 'compare', is: ['percent'] },
    },
    atLeastEveryMs: {
      kind: 'duration',
      zero: 'never',
      label: 'Pass at least every',
      default: 0,
      min: 0,
      help: 'A message passes, changed or not, when so long has none passed. 0 waits for a change.',
    },
    key: { ...key, label: 'Compare apart for each' },
    forgetAfterMs,
    keysMax,
  },
})

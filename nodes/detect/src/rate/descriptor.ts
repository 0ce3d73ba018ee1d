import { describe } from '@millrace/sdk/descriptor'
import { keyedFields } from '../keyed/keyed-fields.ts'

const { key, forgetAfterMs, keysMax } = keyedFields

export const descriptor = describe({
  type: 'detect/rate',
  version: 1,
  kind: 'operator',
  title: 'Rate of change',
  summary: 'Says how fast a value rises or falls.',
  category: 'detect',
  icon: 'trending-up',
  keywords: [
    'derivative',
    'slope',
    'speed',
    'gradient',
    'difference',
    'delta',
    'counter',
    'per second',
  ],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'out', title: 'Out', help: 'The message with the rate on it.' },
    { name: 'late', title: 'Late', help: 'Messages older than the one before of their key.' },
  ],
  stateful: true,
  face: '{value} per {unit}',
  targets: ['local', 'workers'],
  fields: {
    value: {
      kind: 'expression',
      returns: 'number',
      label: 'Value',
      default: 'payload',
      required: true,
      placeholder: 'payload.energy',
    },
    unit: {
      kind: 'choice',
      label: 'Change per',
      default: 'second',
      options: [
        { value: 'second', label: 'Second' },
        { value: 'minute', label: 'Minute' },
        { value: 'hour', label: 'Hour' },
      ],
    },
    minimumMs: {
      kind: 'duration',
      label: 'Over at least',
      default: 0,
      min: 0,
      help: 'Messages that come sooner after the last rate give none. Keeps noise from looking steep.',
    },
    isCounter: {
      kind: 'boolean',
      label: 'The value is a counter',
      default: false,
      help: 'It only rises; when it falls, it was reset and counts from 0 again.',
    },
    into: {
      kind: 'path',
      label: 'Write the rate to',
      default: 'rate',
      required: true,
      placeholder: 'payload.rate',
    },
    key: { ...key },
    forgetAfterMs,
    keysMax,
  },
})

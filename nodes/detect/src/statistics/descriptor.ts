import { describe } from '@millrace/sdk/descriptor'
import { keyedFields } from '../keyed/keyed-fields.ts'

const { key, forgetAfterMs, keysMax } = keyedFields

export const descriptor = describe({
  type: 'detect/statistics',
  version: 1,
  kind: 'operator',
  title: 'Running statistics',
  summary: 'Adds mean, deviation, minimum, maximum and count so far to each message.',
  category: 'detect',
  icon: 'sigma',
  keywords: [
    'mean',
    'average',
    'moving',
    'rolling',
    'standard deviation',
    'ewma',
    'smooth',
    'over',
  ],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out', help: 'The message with the statistics on it.' }],
  stateful: true,
  stateShape: ['over', 'messages'],
  face: '{value} · {over}',
  targets: ['local', 'workers'],
  fields: {
    value: {
      kind: 'expression',
      returns: 'number',
      label: 'Value',
      default: 'payload',
      required: true,
      placeholder: 'payload.temperature',
    },
    over: {
      kind: 'choice',
      label: 'Over',
      default: 'last',
      options: [
        { value: 'last', label: 'The last messages' },
        { value: 'all', label: 'All messages so far' },
        { value: 'weighted', label: 'All, newer ones weighing more (EWMA)' },
      ],
    },
    messages: {
      kind: 'integer',
      label: 'Messages',
      default: 100,
      required: true,
      min: 1,
      max: 10_000,
      when: { field: 'over', is: ['last'] },
    },
    weight: {
      kind: 'number',
      label: 'Weight of the newest',
      default: 0.1,
      required: true,
      min: 0,
      max: 1,
      help: 'Between 0 and 1. With 0.1 about the last 20 messages count.',
      when: { field: 'over', is: ['weighted'] },
    },
    into: {
      kind: 'path',
      label: 'Write the statistics to',
      default: 'statistics',
      required: true,
      placeholder: 'payload.statistics',
    },
    key: { ...key },
    forgetAfterMs,
    keysMax,
  },
})

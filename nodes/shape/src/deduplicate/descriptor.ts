import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'shape/deduplicate',
  version: 1,
  kind: 'operator',
  title: 'Deduplicate',
  summary: 'Lets one message of each key through within a stretch of time.',
  category: 'transform',
  icon: 'layers',
  keywords: ['unique', 'distinct', 'once', 'duplicates', 'debounce', 'repeated', 'idempotent'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'out', title: 'Unique' },
    { name: 'duplicates', title: 'Duplicates', help: 'The messages that were kept back.' },
  ],
  stateful: true,
  face: '{key} · {horizonMs}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    key: {
      kind: 'expression',
      returns: 'any',
      label: 'The same when equal',
      required: true,
      default: 'payload',
      placeholder: 'payload.id',
      help: 'Messages for which this gives the same value are duplicates. It may be a list of values.',
    },
    horizonMs: {
      kind: 'duration',
      label: 'Within',
      default: 600_000,
      required: true,
      min: 1,
      max: 31_622_400_000,
      help: 'A key is forgotten this long after the message that was let through.',
    },
    keep: {
      kind: 'choice',
      label: 'Let through',
      default: 'first',
      options: [
        { value: 'first', label: 'The first', help: 'At once.' },
        { value: 'last', label: 'The last', help: 'When the time is over; until then it waits.' },
      ],
    },
    extends: {
      kind: 'boolean',
      label: 'A duplicate starts the time again',
      default: false,
      help: 'Then a key has to be silent for that long.',
    },
    time: {
      kind: 'choice',
      label: 'Time',
      section: 'Time and memory',
      default: 'event',
      options: [
        {
          value: 'event',
          label: "The message's own (event time)",
          help: 'Where nothing sets it, that is the time of arrival.',
        },
        { value: 'processing', label: "The machine's clock (processing time)" },
      ],
    },
    keysMax: {
      kind: 'integer',
      label: 'Maximum keys',
      default: 100_000,
      required: true,
      min: 1,
      max: 10_000_000,
      unit: 'keys',
      help: 'Beyond that the oldest is forgotten early. About 150 bytes each.',
    },
  },
})

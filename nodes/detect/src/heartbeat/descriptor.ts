import { describe } from '@millrace/sdk/descriptor'
import { keyedFields } from '../keyed/keyed-fields.ts'

const { key, forgetAfterMs, keysMax } = keyedFields

export const descriptor = describe({
  type: 'detect/heartbeat',
  version: 1,
  kind: 'operator',
  title: 'Heartbeat',
  summary: 'Tells once when a device has fallen silent, and once when it is back.',
  category: 'detect',
  icon: 'activity',
  keywords: [
    'silent',
    'offline',
    'missing',
    'absence',
    'alive',
    'watchdog',
    'timeout',
    'gap',
    'dead',
  ],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'silent', title: 'Silent', help: 'Nothing came of a key for so long.' },
    { name: 'back', title: 'Back', help: 'Something came again.' },
    { name: 'late', title: 'Late', help: 'In event time: messages older than the watermark.' },
  ],
  stateful: true,
  face: 'after {silentAfterMs}',
  targets: ['local', 'workers'],
  fields: {
    silentAfterMs: {
      kind: 'duration',
      label: 'Silent after',
      default: 60_000,
      required: true,
      min: 1,
      max: 31_622_400_000,
    },
    key: { ...key, label: 'Watch each', help: "When empty: the message's key, or else its topic." },
    expected: {
      kind: 'list',
      label: 'Expected from the start',
      itemLabel: 'key',
      max: 1000,
      default: [],
      help: 'These count as silent even if they never came. Others are watched from their first message.',
      item: {
        key: { kind: 'text', label: 'Key', required: true, maxLength: 1000, placeholder: 'pump-7' },
      },
    },
    time: {
      kind: 'choice',
      label: 'Time',
      section: 'Time',
      default: 'processing',
      options: [
        {
          value: 'processing',
          label: "The machine's clock (processing time)",
          help: 'Tells of silence while nothing comes at all.',
        },
        {
          value: 'event',
          label: "The message's own (event time)",
          help: 'Finds gaps in what was measured; a replay gives the same ones.',
        },
      ],
    },
    forgetAfterMs: {
      ...forgetAfterMs,
      help: 'A key that was silent for so long is no longer known, unless it is expected. 0 never forgets.',
    },
    keysMax,
  },
})

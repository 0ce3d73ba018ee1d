import { describe } from '@millrace/sdk/descriptor'
import { matchFields, resultFields } from '../pairing/pair-fields.ts'

export const descriptor = describe({
  type: 'join/window',
  version: 1,
  kind: 'operator',
  title: 'Window join',
  summary: 'Pairs messages of two streams that have the same key and fall into the same window.',
  category: 'windows',
  icon: 'columns-3',
  keywords: ['join', 'correlate', 'combine', 'match', 'pair', 'left join', 'outer join', 'session'],
  inputs: [
    { name: 'left', title: 'Left' },
    { name: 'right', title: 'Right' },
  ],
  outputs: [
    { name: 'out', title: 'Pairs', help: 'One message for each pair, when the window closes.' },
    { name: 'late', title: 'Late', help: 'Messages that came after their windows had closed.' },
  ],
  stateful: true,
  face: '{type} {sizeMs}{gapMs} · {leftKey}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    ...matchFields,
    type: {
      kind: 'choice',
      label: 'Window',
      section: 'Window',
      default: 'tumbling',
      options: [
        { value: 'tumbling', label: 'Tumbling', help: 'One after the other: 0–10, 10–20, 20–30.' },
        { value: 'hopping', label: 'Hopping', help: 'Overlapping: 0–10, 5–15, 10–20.' },
        { value: 'session', label: 'Session', help: 'Ends when both sides of a key are silent.' },
      ],
    },
    sizeMs: {
      kind: 'duration',
      label: 'Length',
      default: 10_000,
      required: true,
      min: 1,
      max: 31_622_400_000,
      when: { field: 'type', is: ['tumbling', 'hopping'] },
    },
    slideMs: {
      kind: 'duration',
      label: 'A new one every',
      default: 5000,
      required: true,
      min: 1,
      max: 31_622_400_000,
      when: { field: 'type', is: ['hopping'] },
    },
    gapMs: {
      kind: 'duration',
      label: 'Ends after silence of',
      default: 60_000,
      required: true,
      min: 1,
      max: 31_622_400_000,
      when: { field: 'type', is: ['session'] },
    },
    offsetMs: {
      kind: 'duration',
      label: 'Shift windows by',
      advanced: true,
      default: 0,
      when: { field: 'type', is: ['tumbling', 'hopping'] },
      help: 'Windows are aligned to 1970-01-01 00:00 UTC.',
    },
    ...resultFields,
  },
})

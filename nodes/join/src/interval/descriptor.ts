import { describe } from '@millrace/sdk/descriptor'
import { matchFields, resultFields } from '../pairing/pair-fields.ts'

export const descriptor = describe({
  type: 'join/interval',
  version: 1,
  kind: 'operator',
  title: 'Interval join',
  summary: 'Pairs messages of two streams that have the same key and happened close together.',
  category: 'join',
  icon: 'git-compare',
  keywords: ['join', 'correlate', 'combine', 'match', 'pair', 'within', 'left join', 'outer join'],
  inputs: [
    { name: 'left', title: 'Left' },
    { name: 'right', title: 'Right' },
  ],
  outputs: [
    { name: 'out', title: 'Pairs', help: 'One message for each pair.' },
    { name: 'late', title: 'Late', help: 'Messages that came when their time had passed.' },
  ],
  stateful: true,
  face: '−{beforeMs} to +{afterMs} · {leftKey}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    ...matchFields,
    beforeMs: {
      kind: 'duration',
      label: 'Right at most before left',
      section: 'Time between',
      default: 5000,
      required: true,
      min: -31_622_400_000,
      max: 31_622_400_000,
      help: 'Both limits count. A negative one: at least so much after.',
    },
    afterMs: {
      kind: 'duration',
      label: 'Right at most after left',
      default: 5000,
      required: true,
      min: -31_622_400_000,
      max: 31_622_400_000,
      help: 'A negative one: at least so much before.',
    },
    ...resultFields,
  },
})

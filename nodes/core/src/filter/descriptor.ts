import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/filter',
  version: 1,
  kind: 'operator',
  title: 'Filter',
  summary: 'Lets the messages pass for which a condition holds.',
  category: 'route',
  icon: 'funnel',
  keywords: ['condition', 'where', 'if', 'select', 'gate', 'drop'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'out', title: 'Passes', help: 'The condition holds.' },
    { name: 'rejected', title: 'Rejected', help: 'It does not hold, or its value is unknown.' },
  ],
  errorPort: false,
  face: '{condition}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    condition: {
      kind: 'expression',
      returns: 'boolean',
      label: 'Pass when',
      required: true,
      placeholder: 'payload.temperature > 30',
      help: 'A missing value makes the condition unknown, and unknown does not pass.',
    },
  },
})

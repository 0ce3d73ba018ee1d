import { describe } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'core/debug',
  version: 1,
  kind: 'sink',
  title: 'Debug',
  summary: 'Shows messages in the debug panel.',
  category: 'observe',
  icon: 'bug',
  keywords: ['log', 'print', 'show', 'inspect', 'console', 'watch'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [],
  errorPort: false,
  face: '{shows} · {expression}',
  targets: ['local', 'workers'],
  promises: { idempotent: true },
  fields: {
    shows: {
      kind: 'choice',
      label: 'Show',
      default: 'payload',
      help: 'Costs nothing while nobody has the debug panel open.',
      options: [
        { value: 'payload', label: 'Payload' },
        { value: 'message', label: 'Whole message' },
        { value: 'expression', label: 'Expression' },
      ],
    },
    expression: {
      kind: 'expression',
      returns: 'any',
      label: 'Expression',
      required: true,
      placeholder: 'payload.temperature',
      when: { field: 'shows', is: ['expression'] },
    },
    count: {
      kind: 'boolean',
      label: 'Show the number of messages on the node',
      default: false,
    },
  },
})

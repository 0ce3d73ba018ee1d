import { describe } from './descriptor.ts'

/**
 * The field by which a source with an intake says what becomes of messages that come while the flow
 * cannot keep up. A source that uses `intake` spreads them into its fields; the engine reads them.
 */
export const overflowFields = describe({
  type: 'sdk/overflow',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'waves',
  inputs: [],
  outputs: [],
  fields: {
    overflow: {
      kind: 'choice',
      label: 'When the flow cannot keep up',
      section: 'Overflow',
      advanced: true,
      default: 'block',
      options: [
        { value: 'block', label: 'Slow the sender down', help: 'Takes in no more than the flow.' },
        { value: 'spill', label: 'Keep on disk', help: 'Takes in all, and catches up later.' },
        { value: 'dropNewest', label: 'Drop new messages', help: 'Those that wait come first.' },
        { value: 'dropOldest', label: 'Drop old messages', help: 'The latest come first.' },
      ],
      help: 'Keeping and dropping need a flow that stores its state; others slow the sender down.',
    },
    overflowKeep: {
      kind: 'integer',
      label: 'Messages that may wait',
      advanced: true,
      default: 10_000,
      min: 1,
      max: 10_000_000,
      when: { field: 'overflow', is: ['dropNewest', 'dropOldest'] },
    },
  },
}).fields

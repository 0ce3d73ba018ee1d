/** Fields of nodes that let messages wait. */
export const waitingFields = {
  waitingMax: {
    kind: 'integer',
    label: 'Maximum messages waiting',
    section: 'Waiting messages',
    default: 10_000,
    required: true,
    min: 1,
    max: 1_000_000,
    unit: 'messages',
    help: 'Kept as state, so that a restart loses none.',
  },
  whenFull: {
    kind: 'choice',
    label: 'When that many wait',
    default: 'slow',
    options: [
      {
        value: 'slow',
        label: 'Slow the sources down',
        help: 'What they still send waits too, up to twice as many; the rest is dropped.',
      },
      { value: 'dropNewest', label: 'Drop what comes' },
      { value: 'dropOldest', label: 'Drop what has waited longest', help: 'Of the same key.' },
    ],
  },
} as const

import { describe } from '@millrace/sdk/descriptor'
import { waitingFields } from '../kept/waiting-fields.ts'

export const descriptor = describe({
  type: 'shape/delay',
  version: 1,
  kind: 'operator',
  title: 'Delay',
  summary: 'Sends each message on after a fixed time.',
  category: 'transform',
  icon: 'timer',
  keywords: ['wait', 'later', 'pause', 'sleep', 'postpone'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [
    { name: 'out', title: 'Out' },
    { name: 'dropped', title: 'Dropped', help: 'Messages for which there was no room.' },
  ],
  stateful: true,
  face: '{delayMs}',
  targets: ['local', 'workers'],
  fields: {
    delayMs: {
      kind: 'duration',
      label: 'Send on after',
      default: 5000,
      required: true,
      min: 1,
      max: 31_622_400_000,
      help: "By the machine's clock, in the order in which the messages came.",
    },
    ...waitingFields,
    whenFull: {
      ...waitingFields.whenFull,
      options: [
        waitingFields.whenFull.options[0],
        waitingFields.whenFull.options[1],
        { value: 'dropOldest', label: 'Drop what has waited longest' },
      ],
    },
  },
})

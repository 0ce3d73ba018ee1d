import type { Fields, PortDescriptor } from '@millrace/sdk/descriptor'

export const orderFields = {
  messagesMax: {
    kind: 'integer',
    label: 'Maximum messages waiting',
    default: 100_000,
    required: true,
    min: 1,
    max: 10_000_000,
    help: 'Beyond that the earliest leaves before its time.',
  },
} as const satisfies Fields

export const orderOutputs = [
  { name: 'out', title: 'Out', help: 'No message is earlier than the one before it.' },
  { name: 'late', title: 'Late', help: 'Messages that came when their turn had passed.' },
] as const satisfies readonly PortDescriptor[]

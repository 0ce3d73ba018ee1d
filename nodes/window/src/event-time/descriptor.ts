import { describe, timingFields } from '@millrace/sdk/descriptor'

export const descriptor = describe({
  type: 'window/event-time',
  version: 1,
  kind: 'operator',
  title: 'Event time',
  summary: 'Says at what time each message happened, and how long to wait for late ones.',
  category: 'windows',
  icon: 'clock',
  keywords: ['timestamp', 'watermark', 'late', 'time', 'order', 'delay'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  timed: true,
  face: '{eventTime}',
  targets: ['local', 'workers', 'flink'],
  fields: {
    ...timingFields,
    eventTime: {
      ...timingFields.eventTime,
      advanced: false,
      required: true,
      default: 'payload.time',
      help: 'Milliseconds since the epoch, or ISO 8601 text.',
    },
    lateByMs: { ...timingFields.lateByMs, advanced: false, default: 1000 },
  },
})

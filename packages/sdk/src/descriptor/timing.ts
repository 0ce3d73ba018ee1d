import { describe } from './descriptor.ts'

/**
 * The fields by which a node assigns event time. A source or operator that sets `timed` in its
 * descriptor spreads them into its fields; the engine reads them and does the rest: it sets `time`
 * on every message that leaves by the node and derives the watermark, max − lateByMs − 1.
 */
export const timingFields = describe({
  type: 'sdk/timing',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'clock',
  inputs: [],
  outputs: [],
  fields: {
    eventTime: {
      kind: 'expression',
      returns: 'any',
      label: 'Event time',
      section: 'Time',
      advanced: true,
      placeholder: 'payload.time',
      help: 'Milliseconds since the epoch, or ISO 8601 text. Arrival time when empty.',
    },
    lateByMs: {
      kind: 'duration',
      label: 'Wait for late messages',
      advanced: true,
      default: 0,
      min: 0,
      help: 'How much later than the newest a message may come and still be in time.',
    },
    partition: {
      kind: 'expression',
      returns: 'any',
      label: 'Watermark for each',
      advanced: true,
      placeholder: 'topic',
      help: 'For devices that are not in step: time goes by the slowest of them.',
    },
    idleAfterMs: {
      kind: 'duration',
      zero: 'never',
      label: 'Idle after',
      advanced: true,
      default: 30_000,
      min: 0,
      help: 'One that is silent for this long no longer holds time back. 0 waits for ever.',
    },
    futureByMs: {
      kind: 'duration',
      zero: 'no limit',
      label: 'Refuse times ahead by more than',
      advanced: true,
      default: 600_000,
      min: 0,
      help: 'Messages from further in the future leave by the error port: one of them would close the windows of all. 0 accepts all.',
    },
    pastByMs: {
      kind: 'duration',
      zero: 'no limit',
      label: 'Refuse times behind by more than',
      advanced: true,
      default: 0,
      min: 0,
      help: 'Messages from further in the past leave by the error port, as from a clock that begins at 1970. 0 accepts all.',
    },
  },
}).fields

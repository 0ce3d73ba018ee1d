import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'

/** A request that waits for its answer is not logged: a crash ends it. */
const logged = { field: 'answer', is: ['accepted'] } as const

export const httpInDescriptor = describe({
  type: 'http/in',
  version: 1,
  kind: 'source',
  title: 'HTTP in',
  summary: 'Receives HTTP requests at an address of its own.',
  category: 'sources',
  icon: 'webhook',
  keywords: ['webhook', 'rest', 'api', 'endpoint', 'post', 'server'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Requests' }],
  face: '{method} {path}',
  timed: true,
  uniqueBy: ['method', 'path'],
  targets: ['local'],
  promises: {
    replayable: true,
    gaps: [
      {
        may: 'lose',
        because: 'messages are dropped while the flow cannot keep up',
        when: { field: 'overflow', is: ['dropNewest', 'dropOldest'], and: logged },
      },
      {
        may: 'repeat',
        because: 'a client that got no answer sends its request again',
        when: { field: 'answer', is: ['accepted'] },
      },
      {
        may: 'lose',
        because: 'a request that waits for its response ends with a crash',
        when: { field: 'answer', is: ['response'] },
      },
    ],
  },
  fields: {
    method: {
      kind: 'choice',
      label: 'Method',
      default: 'POST',
      options: [
        { value: 'GET', label: 'GET' },
        { value: 'POST', label: 'POST' },
        { value: 'PUT', label: 'PUT' },
        { value: 'PATCH', label: 'PATCH' },
        { value: 'DELETE', label: 'DELETE' },
      ],
    },
    path: {
      kind: 'text',
      label: 'Path',
      required: true,
      format: 'http-path',
      placeholder: '/sensors/:id',
      help: 'A part that starts with a colon matches anything and is found in request.params.',
    },
    body: {
      kind: 'choice',
      label: 'Body is',
      default: 'auto',
      options: [
        { value: 'auto', label: 'What its Content-Type says' },
        { value: 'json', label: 'JSON' },
        { value: 'ndjson', label: 'JSON lines', help: 'Each line becomes a message.' },
        { value: 'text', label: 'Text' },
        { value: 'binary', label: 'Bytes' },
      ],
    },
    answer: {
      kind: 'choice',
      label: 'Answer',
      default: 'accepted',
      options: [
        {
          value: 'accepted',
          label: '202 when the message is safe',
          help: 'Once it is on disk; without a log, once all that was made from it has been delivered.',
        },
        { value: 'response', label: 'by an HTTP response node' },
      ],
    },
    answerWithinMs: {
      kind: 'duration',
      label: 'Answer within',
      advanced: true,
      default: 30_000,
      min: 100,
      max: 600_000,
      help: 'A request that is still open then is answered with 504.',
    },
    bodyBytesMax: {
      kind: 'integer',
      label: 'Longest body',
      advanced: true,
      default: 1_048_576,
      min: 0,
      max: 104_857_600,
      unit: 'bytes',
      help: 'A longer one is answered with 413.',
    },
    openMax: {
      kind: 'integer',
      label: 'Most open requests',
      advanced: true,
      default: 10_000,
      min: 1,
      max: 100_000,
      help: 'Further ones are answered with 503 and Retry-After.',
    },
    ...timingFields,
    overflow: { ...overflowFields.overflow, when: logged },
    overflowKeep: {
      ...overflowFields.overflowKeep,
      when: { ...overflowFields.overflowKeep.when, and: logged },
    },
  },
})

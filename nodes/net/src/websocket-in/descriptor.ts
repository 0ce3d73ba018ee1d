import { compressionFields, decodeFields, formatChoices } from '@millrace/formats/fields'
import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'
import { webSocketFields } from '../link/web-socket-fields.ts'

export const websocketInDescriptor = describe({
  type: 'net/websocket-in',
  version: 1,
  kind: 'source',
  title: 'WebSocket in',
  summary: 'Receives messages over WebSockets, its own or those of clients.',
  category: 'sources',
  icon: 'plug',
  keywords: ['ws', 'wss', 'socket', 'stream', 'live', 'browser', 'subscribe', 'push'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Messages' }],
  face: '{mode} {url}{path}',
  timed: true,
  targets: ['local'],
  promises: {
    replayable: true,
    gaps: [
      { may: 'lose', because: 'a WebSocket does not tell the sender what was taken in' },
      {
        may: 'lose',
        because: 'messages are dropped while the flow cannot keep up',
        when: { field: 'overflow', is: ['dropNewest', 'dropOldest'] },
      },
    ],
  },
  fields: {
    ...webSocketFields,
    greetings: {
      kind: 'list',
      label: 'Send when connected',
      itemLabel: 'message',
      section: 'Messages',
      default: [],
      max: 1000,
      when: { field: 'mode', is: ['connect'] },
      help: 'Such as what subscribes; also after each reconnection.',
      item: {
        text: { kind: 'text', label: 'Text', required: true, multiline: true, maxLength: 100_000 },
      },
    },
    messageBytesMax: {
      kind: 'integer',
      label: 'Maximum message size',
      advanced: true,
      default: 1_048_576,
      min: 1,
      max: 104_857_600,
      unit: 'bytes',
      help: 'Who sends a longer one is disconnected.',
    },
    format: { kind: 'choice', label: 'Format', default: 'json', options: formatChoices() },
    ...decodeFields('format'),
    ...compressionFields('format'),
    ...timingFields,
    ...overflowFields,
  },
})

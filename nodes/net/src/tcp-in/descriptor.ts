import { compressionFields, decodeFields, formatChoices } from '@millrace/formats/fields'
import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'
import { framingFields } from '../framing/fields.ts'
import { tcpPlaceFields } from '../link/tcp-place.ts'

export const tcpInDescriptor = describe({
  type: 'net/tcp-in',
  version: 1,
  kind: 'source',
  title: 'TCP in',
  summary: 'Receives messages over TCP connections, its own or those of others.',
  category: 'sources',
  icon: 'cable',
  keywords: ['socket', 'port', 'listen', 'connect', 'raw', 'serial', 'line', 'telnet', 'netcat'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Messages' }],
  face: '{mode} {host}:{port}',
  timed: true,
  targets: ['local'],
  promises: {
    replayable: true,
    gaps: [
      { may: 'lose', because: 'TCP does not tell the sender what was taken in' },
      {
        may: 'lose',
        because: 'messages are dropped while the flow cannot keep up',
        when: { field: 'overflow', is: ['dropNewest', 'dropOldest'] },
      },
    ],
  },
  fields: {
    ...tcpPlaceFields,
    ...framingFields,
    messageBytesMax: {
      kind: 'integer',
      label: 'Maximum message size',
      advanced: true,
      default: 1_048_576,
      min: 1,
      max: 104_857_600,
      unit: 'bytes',
      help: 'How a longer one begins leaves by the error port.',
    },
    silentMs: {
      kind: 'duration',
      zero: 'never',
      label: 'Disconnect after silence of',
      advanced: true,
      default: 0,
      min: 0,
      max: 86_400_000,
      help: 'Who connects and says nothing holds one of the connections that there may be. To where we connect, we connect again.',
    },
    format: {
      kind: 'choice',
      label: 'Format',
      default: 'text',
      options: formatChoices(),
    },
    ...decodeFields('format'),
    ...compressionFields('format'),
    ...timingFields,
    ...overflowFields,
  },
})

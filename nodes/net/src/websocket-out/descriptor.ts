import { describe } from '@millrace/sdk/descriptor'
import { sendingFields } from '../link/sending-fields.ts'
import { webSocketFields } from '../link/web-socket-fields.ts'

export const websocketOutDescriptor = describe({
  type: 'net/websocket-out',
  version: 1,
  kind: 'sink',
  title: 'WebSocket out',
  summary: 'Sends messages over WebSockets, to an address or to all clients.',
  category: 'sinks',
  icon: 'plug',
  keywords: ['ws', 'wss', 'socket', 'stream', 'live', 'browser', 'broadcast', 'push', 'dashboard'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{mode} {url}{path}',
  targets: ['local'],
  promises: {
    gaps: [
      { may: 'lose', because: 'a WebSocket does not tell what the other side took in' },
      { may: 'repeat', because: 'what may not have left before a break is sent again' },
    ],
  },
  fields: {
    ...webSocketFields,
    mode: {
      ...webSocketFields.mode,
      options: [
        ...webSocketFields.mode.options,
        {
          value: 'reply',
          label: 'Answer',
          help: 'The client of a WebSocket in of this flow that the message came from.',
        },
      ],
    },
    ...sendingFields,
    frame: {
      kind: 'choice',
      label: 'Frame type',
      advanced: true,
      default: 'auto',
      options: [
        { value: 'auto', label: 'Text, or binary for bytes' },
        { value: 'text', label: 'Text' },
        { value: 'binary', label: 'Bytes' },
      ],
    },
    bufferBytesMax: {
      kind: 'integer',
      label: 'Buffer size',
      advanced: true,
      default: 8_388_608,
      min: 1024,
      max: 1_073_741_824,
      unit: 'bytes',
      help: 'Connecting: then the flow is slowed. With clients: one for which more wait is let go.',
    },
  },
})

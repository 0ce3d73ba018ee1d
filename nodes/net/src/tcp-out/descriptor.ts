import { describe } from '@millrace/sdk/descriptor'
import { framingFields } from '../framing/fields.ts'
import { sendingFields } from '../link/sending-fields.ts'
import { tcpPlaceFields } from '../link/tcp-place.ts'

const { section: _section, ...framing } = framingFields.framing

export const tcpOutDescriptor = describe({
  type: 'net/tcp-out',
  version: 1,
  kind: 'sink',
  title: 'TCP out',
  summary: 'Sends messages over TCP, to one port or to all that connect.',
  category: 'sinks',
  icon: 'cable',
  keywords: ['socket', 'port', 'listen', 'connect', 'raw', 'telnet', 'netcat', 'broadcast'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{mode} {host}:{port}',
  targets: ['local'],
  promises: {
    gaps: [
      { may: 'lose', because: 'TCP does not tell what the other side took in' },
      { may: 'repeat', because: 'what may not have left before a break is sent again' },
    ],
  },
  fields: {
    ...tcpPlaceFields,
    mode: { ...tcpPlaceFields.mode, default: 'connect' },
    ...sendingFields,
    ...framingFields,
    framing,
    bufferBytesMax: {
      kind: 'integer',
      label: 'Buffer size',
      section: 'Limits',
      advanced: true,
      default: 8_388_608,
      min: 1024,
      max: 1_073_741_824,
      unit: 'bytes',
      help: 'Connecting: then the flow is slowed. Listening: a client for which more wait is let go.',
    },
  },
})

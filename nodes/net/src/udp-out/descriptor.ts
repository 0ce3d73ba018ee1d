import { describe } from '@millrace/sdk/descriptor'
import { sendingFields } from '../link/sending-fields.ts'

export const udpOutDescriptor = describe({
  type: 'net/udp-out',
  version: 1,
  kind: 'sink',
  title: 'UDP out',
  summary: 'Sends each message as a datagram, also to a multicast group.',
  category: 'sinks',
  icon: 'radio-tower',
  keywords: ['socket', 'port', 'datagram', 'multicast', 'broadcast', 'syslog', 'statsd'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{host}:{port}',
  targets: ['local'],
  promises: {
    gaps: [
      { may: 'lose', because: 'UDP does not say when a datagram is lost' },
      { may: 'repeat', because: 'what was sent since the last epoch is sent again after a crash' },
    ],
  },
  fields: {
    host: {
      kind: 'text',
      label: 'Host',
      required: true,
      default: '127.0.0.1',
      format: 'host',
      help: 'A name, an address, or that of a multicast group.',
    },
    port: { kind: 'integer', label: 'Port', required: true, min: 1, max: 65_535 },
    isBroadcast: {
      kind: 'boolean',
      label: 'Allow broadcast addresses',
      advanced: true,
      default: false,
    },
    multicastTtl: {
      kind: 'integer',
      label: 'Multicast TTL',
      advanced: true,
      default: 1,
      min: 0,
      max: 255,
      help: 'How many routers a datagram to a group may pass. 1 keeps it in the local network.',
    },
    multicastInterface: {
      kind: 'text',
      label: 'Multicast interface',
      advanced: true,
      format: 'host',
      placeholder: '192.168.1.10',
      help: 'The address of the network card to use. When empty, the system chooses.',
    },
    ...sendingFields,
  },
})

import type { ConfigOf } from '@millrace/sdk/descriptor'
import { describe } from '@millrace/sdk/descriptor'
import { eitherTlsFields } from './tls-settings.ts'

const listening = { field: 'mode', is: ['listen'] } as const

const descriptor = describe({
  type: 'net/tcp-place',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'cable',
  inputs: [],
  outputs: [],
  fields: {
    mode: {
      kind: 'choice',
      label: 'Connection',
      default: 'listen',
      options: [
        { value: 'listen', label: 'Listen', help: 'Others connect to this machine.' },
        {
          value: 'connect',
          label: 'Connect',
          help: 'To a port elsewhere, and again when the connection breaks.',
        },
      ],
    },
    host: {
      kind: 'text',
      label: 'Host',
      required: true,
      default: '127.0.0.1',
      format: 'host',
      help: 'To listen, 127.0.0.1 takes connections from this machine only, 0.0.0.0 from all.',
    },
    port: { kind: 'integer', label: 'Port', required: true, min: 1, max: 65_535 },
    connectionsMax: {
      kind: 'integer',
      label: 'Maximum connections',
      advanced: true,
      default: 1000,
      min: 1,
      max: 100_000,
      when: listening,
    },
    connectTimeoutMs: {
      kind: 'duration',
      label: 'Connection timeout',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
      when: { field: 'mode', is: ['connect'] },
    },
    ...eitherTlsFields,
  },
})

/** Where a node over TCP listens or connects to. */
export const tcpPlaceFields = descriptor.fields

export type TcpPlace = ConfigOf<typeof descriptor>

import { describe } from '@millrace/sdk/descriptor'
import { tlsFieldsWhen } from '@millrace/web/descriptor'

const overHttp = { field: 'listener', is: ['influxdb', 'influxdb_v2', 'http'] } as const
const overSocket = { field: 'listener', is: ['tcp', 'udp'] } as const
const overTcp = { field: 'listener', is: ['tcp'] } as const
/** Neither field is there for the listeners that do not have it. */
const secure = {
  field: 'url',
  begins: ['https:'],
  or: { field: 'isSecure', is: [true] },
} as const
const one = { field: 'listener', is: ['influxdb'] } as const
const two = { field: 'listener', is: ['influxdb_v2'] } as const
const named = { field: 'listener', is: ['influxdb', 'http'] } as const

export const telegrafConnectionDescriptor = describe({
  type: 'telegraf/connection',
  version: 1,
  kind: 'connection',
  title: 'Telegraf listener',
  summary: 'An input of a Telegraf that listens, and how to reach it.',
  category: 'connections',
  icon: 'radio-receiver',
  keywords: ['telegraf', 'influxdb_listener', 'socket_listener', 'http_listener_v2'],
  inputs: [],
  outputs: [],
  face: '{listener}',
  fields: {
    listener: {
      kind: 'choice',
      label: 'Telegraf input',
      section: 'Listener',
      default: 'influxdb_v2',
      options: [
        { value: 'influxdb_v2', label: 'influxdb_v2_listener' },
        { value: 'influxdb', label: 'influxdb_listener' },
        { value: 'http', label: 'http_listener_v2' },
        { value: 'tcp', label: 'socket_listener, TCP' },
        { value: 'udp', label: 'socket_listener, UDP', help: 'Nothing says whether it arrived.' },
      ],
    },
    url: {
      kind: 'text',
      label: 'Address',
      required: true,
      default: 'http://localhost:8186',
      placeholder: 'http://telegraf.example.org:8186',
      format: 'url',
      maxLength: 2000,
      when: overHttp,
      help: 'For http_listener_v2 with its path, such as http://localhost:8080/telegraf.',
    },
    host: {
      kind: 'text',
      label: 'Host',
      required: true,
      default: 'localhost',
      format: 'host',
      when: overSocket,
    },
    port: {
      kind: 'integer',
      label: 'Port',
      required: true,
      default: 8094,
      min: 1,
      max: 65535,
      when: overSocket,
    },
    isSecure: { kind: 'boolean', label: 'Encrypt with TLS', default: false, when: overTcp },
    database: {
      kind: 'text',
      label: 'Database',
      default: '',
      maxLength: 200,
      when: one,
      help: 'Becomes a tag where the listener has a database_tag.',
    },
    bucket: {
      kind: 'text',
      label: 'Bucket',
      default: '',
      maxLength: 200,
      when: two,
      help: 'Becomes a tag where the listener has a bucket_tag.',
    },
    token: { kind: 'secret', label: 'Token', section: 'Sign-in', when: two },
    username: { kind: 'text', label: 'User name', maxLength: 200, when: named },
    password: { kind: 'secret', label: 'Password', when: named },
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      section: 'Transport',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
    ...tlsFieldsWhen(secure),
  },
})

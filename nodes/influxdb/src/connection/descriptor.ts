import { describe } from '@millrace/sdk/descriptor'
import { httpsFields } from '@millrace/web/descriptor'

const one = { field: 'version', is: ['1'] } as const
const two = { field: 'version', is: ['2'] } as const

export const influxdbConnectionDescriptor = describe({
  type: 'influxdb/connection',
  version: 1,
  kind: 'connection',
  title: 'InfluxDB',
  summary: 'A database server and how to sign in to it; shared by the nodes that use it.',
  category: 'connections',
  icon: 'database',
  keywords: ['influx', 'time series', 'victoriametrics', 'questdb', 'line protocol'],
  inputs: [],
  outputs: [],
  face: '{url}',
  fields: {
    version: {
      kind: 'choice',
      label: 'Version',
      section: 'Server',
      default: '2',
      options: [
        { value: '1', label: '1.x' },
        { value: '2', label: '2.x, Cloud, or compatible' },
        { value: '3', label: '3.x' },
      ],
    },
    url: {
      kind: 'text',
      label: 'Address',
      required: true,
      default: 'http://localhost:8086',
      placeholder: 'https://influx.example.org',
      format: 'url',
    },
    database: {
      kind: 'text',
      label: 'Database',
      required: true,
      maxLength: 200,
      when: { field: 'version', is: ['1', '3'] },
    },
    retentionPolicy: {
      kind: 'text',
      label: 'Retention policy',
      advanced: true,
      maxLength: 200,
      when: one,
      help: 'The default one of the database when empty.',
    },
    organization: {
      kind: 'text',
      label: 'Organization',
      required: true,
      maxLength: 200,
      when: two,
    },
    bucket: { kind: 'text', label: 'Bucket', required: true, maxLength: 200, when: two },
    username: {
      kind: 'text',
      label: 'User name',
      section: 'Sign-in',
      maxLength: 200,
      when: one,
    },
    password: { kind: 'secret', label: 'Password', when: one },
    token: { kind: 'secret', label: 'Token', when: { field: 'version', is: ['2', '3'] } },
    isCompressed: {
      kind: 'boolean',
      label: 'Compress what is sent',
      section: 'Transport',
      advanced: true,
      default: true,
    },
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
    ...httpsFields,
  },
})

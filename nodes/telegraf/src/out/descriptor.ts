import { describe } from '@millrace/sdk/descriptor'
import { batchFields } from '@millrace/web/descriptor'

const mapped = { field: 'from', is: ['mapping'] } as const

export const telegrafOutDescriptor = describe({
  type: 'telegraf/out',
  version: 1,
  kind: 'sink',
  title: 'Telegraf out',
  summary: 'Sends each message as a point to an input of Telegraf.',
  category: 'sinks',
  icon: 'antenna',
  keywords: ['line protocol', 'socket_listener', 'influxdb_listener', 'metrics', 'udp', 'tcp'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{measurement}',
  targets: ['local', 'workers'],
  promises: {
    idempotent: true,
    gaps: [
      {
        may: 'lose',
        because: 'nothing says whether a datagram arrived',
        whenConnection: { of: 'listener', when: { field: 'listener', is: ['udp'] } },
      },
      {
        may: 'lose',
        because: 'a socket that breaks takes with it what was on its way',
        whenConnection: { of: 'listener', when: { field: 'listener', is: ['tcp'] } },
      },
    ],
  },
  fields: {
    listener: {
      kind: 'connection',
      type: 'telegraf/connection',
      label: 'Listener',
      required: true,
    },
    from: {
      kind: 'choice',
      label: 'Point from',
      section: 'Point',
      default: 'mapping',
      options: [
        { value: 'mapping', label: 'The settings below' },
        {
          value: 'payload',
          label: 'The payload as it is',
          help: '{ measurement, tags, fields, time }, as Telegraf in and line protocol bring it.',
        },
      ],
    },
    measurement: {
      kind: 'template',
      label: 'Measurement',
      required: true,
      placeholder: 'temperature',
      when: mapped,
    },
    tags: {
      kind: 'list',
      label: 'Tags',
      itemLabel: 'tag',
      default: [],
      when: mapped,
      item: {
        name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
        value: {
          kind: 'expression',
          returns: 'any',
          label: 'Value',
          required: true,
          placeholder: 'payload.device',
        },
      },
    },
    fields: {
      kind: 'list',
      label: 'Fields',
      itemLabel: 'field',
      min: 1,
      max: 250,
      default: [{ name: 'value', value: 'payload', type: 'auto' }],
      when: mapped,
      item: {
        name: { kind: 'text', label: 'Name', required: true, maxLength: 500 },
        value: {
          kind: 'expression',
          returns: 'any',
          label: 'Value',
          required: true,
          placeholder: 'payload.value',
        },
        type: {
          kind: 'choice',
          label: 'Type',
          default: 'auto',
          options: [
            { value: 'auto', label: 'As it is', help: 'Numbers as float.' },
            { value: 'float', label: 'Float' },
            { value: 'integer', label: 'Integer' },
            { value: 'boolean', label: 'Boolean' },
            { value: 'string', label: 'Text' },
          ],
        },
      },
    },
    time: {
      kind: 'expression',
      returns: 'any',
      label: 'Time',
      placeholder: 'time',
      when: mapped,
      help: 'Milliseconds since the epoch, or ISO 8601 text. The time of the message when empty.',
    },
    ...batchFields,
  },
})

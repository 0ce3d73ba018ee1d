import { pointFields } from '@millrace/formats/fields'
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
    measurement: { ...pointFields.measurement, when: mapped },
    tags: { ...pointFields.tags, when: mapped },
    fields: { ...pointFields.fields, when: mapped },
    time: { ...pointFields.time, when: mapped },
    ...batchFields,
  },
})

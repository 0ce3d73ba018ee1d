import { describe } from '@millrace/sdk/descriptor'
import { schemaFields } from '../registry/schema-fields.ts'

export const kafkaEncodeDescriptor = describe({
  type: 'kafka/encode',
  version: 1,
  kind: 'operator',
  title: 'Serialize by registry',
  summary: 'Writes values as Avro, Protobuf or JSON by a schema of a registry.',
  category: 'transform',
  icon: 'shapes',
  keywords: ['schema registry', 'avro', 'protobuf', 'json schema', 'encode', 'confluent', 'mqtt'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  face: '{subject}',
  targets: ['local', 'workers'],
  fields: {
    registry: {
      kind: 'connection',
      type: 'kafka/registry',
      label: 'Schema registry',
      required: true,
    },
    ...schemaFields,
    from: {
      kind: 'path',
      label: 'Read',
      section: 'Message',
      default: 'payload',
      required: true,
      placeholder: 'payload.reading',
    },
    to: {
      kind: 'path',
      label: 'Put it into',
      default: 'payload',
      required: true,
      placeholder: 'payload',
      help: 'It becomes bytes.',
    },
  },
})

import { readingFields, registryField } from '@millrace/schemas/fields'
import { describe } from '@millrace/sdk/descriptor'

export const kafkaDecodeDescriptor = describe({
  type: 'kafka/decode',
  version: 1,
  kind: 'operator',
  title: 'Parse by registry',
  summary: 'Reads Avro, Protobuf or JSON by the schema of a registry that the bytes name.',
  category: 'transform',
  icon: 'shapes',
  keywords: ['schema registry', 'avro', 'protobuf', 'json schema', 'decode', 'confluent', 'mqtt'],
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
  face: '{from}',
  targets: ['local', 'workers'],
  fields: {
    registry: registryField,
    from: {
      kind: 'path',
      label: 'Read',
      default: 'payload',
      required: true,
      placeholder: 'payload.raw',
      help: 'Bytes, as MQTT in gives them where its payload is binary.',
    },
    to: {
      kind: 'path',
      label: 'Put it into',
      default: 'payload',
      required: true,
      placeholder: 'payload',
    },
    ...readingFields({}),
  },
})

import { registryField, writingFields } from '@millrace/schemas/fields'
import { describe } from '@millrace/sdk/descriptor'

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
  checkedWith: ['registry'],
  targets: ['local', 'workers'],
  fields: {
    registry: registryField,
    subject: {
      kind: 'text',
      label: 'Subject',
      required: true,
      placeholder: 'orders-value',
      maxLength: 500,
    },
    ...writingFields(),
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

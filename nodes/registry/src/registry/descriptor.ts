import { describe } from '@millrace/sdk/descriptor'
import { signInFields, httpsFields } from '@millrace/web/descriptor'

export const kafkaRegistryDescriptor = describe({
  type: 'kafka/registry',
  version: 1,
  kind: 'connection',
  title: 'Schema registry',
  summary: 'Where the schemas of messages are kept, for Kafka, MQTT and others.',
  category: 'connections',
  icon: 'shapes',
  keywords: [
    'schema',
    'avro',
    'protobuf',
    'json schema',
    'confluent',
    'apicurio',
    'karapace',
    'kafka',
    'mqtt',
  ],
  inputs: [],
  outputs: [],
  face: '{url}',
  fields: {
    url: {
      kind: 'text',
      label: 'Address',
      section: 'Registry',
      required: true,
      format: 'url',
      placeholder: 'https://registry.example.org:8081',
      help: "Of Confluent's API; with Apicurio it ends in /apis/ccompat/v7.",
    },
    ...signInFields,
    ...httpsFields,
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      section: 'More',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
  },
})

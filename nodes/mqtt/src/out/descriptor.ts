import { encodeFields, formatChoices, packFields } from '@millrace/formats/fields'
import { registryField, registryWriteChoice, writingFields } from '@millrace/schemas/fields'
import { describe } from '@millrace/sdk/descriptor'

const byRegistry = { field: 'format', is: ['registry'] } as const

export const mqttOutDescriptor = describe({
  type: 'mqtt/out',
  version: 1,
  kind: 'sink',
  title: 'MQTT out',
  summary: 'Publishes messages to an MQTT broker.',
  category: 'sinks',
  icon: 'send',
  keywords: ['publish', 'mosquitto', 'broker', 'topic', 'iot', 'schema registry'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{topic} · QoS {qos}',
  checkedWith: ['registry'],
  targets: ['local', 'workers'],
  promises: {
    gaps: [
      { may: 'lose', because: 'MQTT QoS 0', when: { field: 'qos', is: ['0'] } },
      {
        may: 'repeat',
        because: 'MQTT publishes again what was not confirmed before a crash',
        when: { field: 'qos', is: ['1', '2'] },
      },
    ],
  },
  fields: {
    broker: { kind: 'connection', type: 'mqtt/connection', label: 'Broker', required: true },
    topic: {
      kind: 'template',
      label: 'Topic',
      placeholder: 'the topic of the message',
      help: 'When empty, the topic that the message carries.',
    },
    qos: {
      kind: 'choice',
      label: 'QoS',
      default: '0',
      options: [
        { value: '0', label: '0 · at most once' },
        { value: '1', label: '1 · at least once' },
        { value: '2', label: '2 · exactly once to the broker' },
      ],
    },
    retain: {
      kind: 'boolean',
      label: 'Retain',
      default: false,
      help: 'The broker keeps the message for those who subscribe later.',
    },
    format: {
      kind: 'choice',
      label: 'Payload format',
      default: 'auto',
      options: [
        {
          value: 'auto',
          label: 'As it is',
          help: 'Text and bytes are sent as they are, all else as JSON.',
        },
        registryWriteChoice,
        ...formatChoices(),
      ],
    },
    registry: { ...registryField, when: byRegistry },
    subject: {
      kind: 'text',
      label: 'Subject',
      required: true,
      placeholder: 'plant-temperature-value',
      maxLength: 500,
      when: byRegistry,
    },
    ...writingFields({ when: byRegistry }),
    ...encodeFields('format'),
    ...packFields('format'),
    payload: {
      kind: 'expression',
      returns: 'any',
      label: 'Payload',
      advanced: true,
      placeholder: 'payload',
      help: 'The payload of the message when empty.',
    },
  },
})

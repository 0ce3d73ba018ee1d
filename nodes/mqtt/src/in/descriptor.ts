import { compressionFields, decodeFields, formatChoices } from '@millrace/formats/fields'
import { readingFields, registryField, registryReadChoice } from '@millrace/schemas/fields'
import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'

/** Messages with QoS 0 are not logged: nobody sends them again. */
const logged = { field: 'qos', is: ['1', '2'] } as const

const byRegistry = { field: 'format', is: ['registry'] } as const

export const mqttInDescriptor = describe({
  type: 'mqtt/in',
  version: 1,
  kind: 'source',
  title: 'MQTT in',
  summary: 'Receives messages from an MQTT broker.',
  category: 'sources',
  icon: 'rss',
  keywords: ['subscribe', 'mosquitto', 'broker', 'topic', 'iot', 'schema registry'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Messages' }],
  face: '{topic} · QoS {qos}',
  timed: true,
  targets: ['local', 'workers'],
  promises: {
    replayable: true,
    gaps: [
      {
        may: 'lose',
        because: 'messages are dropped while the flow cannot keep up',
        when: { field: 'overflow', is: ['dropNewest', 'dropOldest'], and: logged },
      },
      { may: 'lose', because: 'MQTT QoS 0', when: { field: 'qos', is: ['0'] } },
      {
        may: 'lose',
        because: 'the broker keeps nothing for a clean session while it is disconnected',
        when: { field: 'qos', is: ['1', '2'] },
        whenConnection: { of: 'broker', when: { field: 'session', is: ['clean'] } },
      },
      {
        may: 'lose',
        because: 'the broker keeps nothing for a client without an id while it is disconnected',
        when: { field: 'qos', is: ['1', '2'] },
        whenConnection: {
          of: 'broker',
          when: { field: 'session', is: ['auto'], and: { field: 'clientId', is: [''] } },
        },
      },
    ],
  },
  fields: {
    broker: { kind: 'connection', type: 'mqtt/connection', label: 'Broker', required: true },
    topic: {
      kind: 'text',
      label: 'Topic',
      required: true,
      format: 'mqtt-filter',
      placeholder: 'plant/+/temperature',
      help: '+ stands for one level, # at the end for all that follow.',
    },
    moreTopics: {
      kind: 'list',
      label: 'More topics',
      itemLabel: 'topic',
      advanced: true,
      default: [],
      item: {
        topic: { kind: 'text', label: 'Topic', required: true, format: 'mqtt-filter' },
      },
    },
    qos: {
      kind: 'choice',
      label: 'QoS',
      default: '0',
      options: [
        { value: '0', label: '0 · at most once' },
        { value: '1', label: '1 · at least once' },
        { value: '2', label: '2 · exactly once to here' },
      ],
      help: 'With 1 and 2 a message is acknowledged once it is on disk; nothing acknowledged is lost.',
    },
    format: {
      kind: 'choice',
      label: 'Payload format',
      default: 'auto',
      options: [
        { value: 'auto', label: 'Detected', help: 'JSON where it parses, else text, else bytes.' },
        { value: 'json', label: 'JSON', help: 'Anything else leaves by the error port.' },
        { value: 'text', label: 'Text' },
        { value: 'binary', label: 'Bytes' },
        registryReadChoice,
        ...formatChoices('json', 'text', 'binary'),
      ],
    },
    registry: { ...registryField, when: byRegistry },
    ...readingFields({ when: byRegistry }),
    ...decodeFields('format'),
    ...compressionFields('format'),
    ...timingFields,
    overflow: { ...overflowFields.overflow, when: logged },
    overflowKeep: {
      ...overflowFields.overflowKeep,
      when: { ...overflowFields.overflowKeep.when, and: logged },
    },
  },
})

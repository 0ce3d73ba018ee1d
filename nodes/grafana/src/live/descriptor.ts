import { pointFields } from '@millrace/formats/fields'
import { describe } from '@millrace/sdk/descriptor'
import { batchFields } from '@millrace/web/descriptor'

export const grafanaLiveDescriptor = describe({
  type: 'grafana/live',
  version: 1,
  kind: 'sink',
  title: 'Grafana live',
  summary: 'Streams values to the panels of Grafana as they come.',
  category: 'sinks',
  icon: 'radio',
  keywords: ['stream', 'real time', 'push', 'dashboard', 'line protocol'],
  inputs: [{ name: 'in', title: 'Messages' }],
  outputs: [],
  face: '{stream}/{measurement}',
  targets: ['local', 'workers'],
  promises: {
    gaps: [
      { may: 'lose', because: 'Grafana Live shows what comes and keeps nothing' },
      { may: 'repeat', because: 'values that may not have arrived are pushed again' },
    ],
  },
  fields: {
    server: { kind: 'connection', type: 'grafana/connection', label: 'Server', required: true },
    stream: {
      kind: 'text',
      label: 'Stream',
      section: 'Values',
      required: true,
      default: 'millrace',
      maxLength: 100,
      pattern: '[A-Za-z0-9_-]+',
      patternHint: 'Letters, digits, dashes and underscores.',
    },
    measurement: {
      ...pointFields.measurement,
      placeholder: 'climate',
      help: 'Panels read stream/<stream>/<measurement>.',
    },
    tags: pointFields.tags,
    fields: pointFields.fields,
    time: pointFields.time,
    ...batchFields,
    batchAgeMs: { ...batchFields.batchAgeMs, default: 200 },
    bufferItems: { ...batchFields.bufferItems, default: 10_000 },
    retryForMs: {
      ...batchFields.retryForMs,
      default: 5000,
      help: 'Then the messages leave by the error port: values of yesterday are not live. 0 retries for ever.',
    },
  },
})

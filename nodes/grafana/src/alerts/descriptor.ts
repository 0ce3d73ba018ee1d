import { describe, overflowFields, timingFields } from '@millrace/sdk/descriptor'
import { admissionFields } from '@millrace/web/descriptor'

const isSigned = { field: 'isSigned', is: [true] } as const

export const grafanaAlertsDescriptor = describe({
  type: 'grafana/alerts',
  version: 1,
  kind: 'source',
  title: 'Grafana alerts',
  summary: 'Takes in the alerts that Grafana and Alertmanager send to webhooks.',
  category: 'sources',
  icon: 'siren',
  keywords: ['alertmanager', 'prometheus', 'webhook', 'contact point', 'notification', 'vmalert'],
  inputs: [],
  outputs: [{ name: 'out', title: 'Alerts' }],
  face: '{path}',
  timed: true,
  uniqueBy: ['path'],
  stateful: true,
  targets: ['local'],
  promises: {
    replayable: true,
    gaps: [
      {
        may: 'lose',
        because: 'messages are dropped while the flow cannot keep up',
        when: { field: 'overflow', is: ['dropNewest', 'dropOldest'] },
      },
      {
        may: 'repeat',
        because: 'senders remind of alerts that go on',
        when: { field: 'repeats', is: ['pass'] },
      },
    ],
  },
  fields: {
    path: {
      kind: 'text',
      label: 'Path',
      section: 'Endpoint',
      required: true,
      default: '/grafana/alerts',
      format: 'http-path',
      help: "On the flows' port. The webhook is http://<server>:<flow port> and this path.",
    },
    repeats: {
      kind: 'choice',
      label: 'Repeated alerts',
      default: 'drop',
      options: [
        { value: 'drop', label: 'Leave out', help: 'The same alert with the same state.' },
        { value: 'pass', label: 'Pass on' },
      ],
      help: 'Senders send all alerts of a group when one of them changes, and remind of those that go on.',
    },
    ...admissionFields,
    isSigned: {
      kind: 'boolean',
      label: 'Check the signature (HMAC)',
      default: false,
      help: 'Grafana 12 and later. Requests without the right signature are refused.',
    },
    hmacSecret: { kind: 'secret', label: 'Secret', required: true, when: isSigned },
    signatureHeader: {
      kind: 'text',
      label: 'Signature header',
      advanced: true,
      default: 'X-Grafana-Alerting-Signature',
      maxLength: 200,
      pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
      patternHint: 'Letters, digits and dashes.',
      when: isSigned,
    },
    timestampHeader: {
      kind: 'text',
      label: 'Timestamp header',
      default: '',
      maxLength: 200,
      pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]*",
      patternHint: 'Letters, digits and dashes.',
      when: isSigned,
      help: 'As set in Grafana. With it, requests older than five minutes are refused.',
    },
    bodyBytesMax: {
      kind: 'integer',
      label: 'Maximum body size',
      section: 'Limits',
      advanced: true,
      default: 4_194_304,
      min: 1024,
      max: 104_857_600,
      unit: 'bytes',
    },
    ...timingFields,
    ...overflowFields,
  },
})

import { describe } from '@millrace/sdk/descriptor'
import { tlsFieldsWhen } from '@millrace/web/descriptor'

const secure = {
  field: 'region',
  is: ['us', 'eu'],
  or: { field: 'url', begins: ['https:'] },
} as const

export const pagerdutyServiceDescriptor = describe({
  type: 'notify/pagerduty-service',
  version: 1,
  kind: 'connection',
  title: 'PagerDuty service',
  summary: 'A service in PagerDuty that takes events; shared by the nodes that use it.',
  category: 'connections',
  icon: 'key-round',
  keywords: ['pagerduty', 'on-call', 'incident', 'events api'],
  inputs: [],
  outputs: [],
  face: '{region}',
  fields: {
    integrationKey: {
      kind: 'secret',
      label: 'Integration key',
      required: true,
      help: 'Of an "Events API v2" integration of the service.',
    },
    region: {
      kind: 'choice',
      label: 'Region',
      default: 'us',
      options: [
        { value: 'us', label: 'United States', face: 'US' },
        { value: 'eu', label: 'Europe', face: 'EU' },
        { value: 'other', label: 'Another address', face: '' },
      ],
    },
    url: {
      kind: 'text',
      label: 'Address',
      required: true,
      format: 'url',
      placeholder: 'https://events.example.org/v2/enqueue',
      when: { field: 'region', is: ['other'] },
      help: 'For services that speak the same protocol.',
    },
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      section: 'Transport',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
    ...tlsFieldsWhen(secure),
  },
})

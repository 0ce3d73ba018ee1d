import { describe } from '@millrace/sdk/descriptor'
import { signInFields, httpsFields } from '@millrace/web/descriptor'

export const prometheusConnectionDescriptor = describe({
  type: 'prometheus/connection',
  version: 1,
  kind: 'connection',
  title: 'Prometheus remote write',
  summary: 'A server that takes remote write, and how to sign in to it.',
  category: 'connections',
  icon: 'flame',
  keywords: ['prometheus', 'mimir', 'thanos', 'cortex', 'victoriametrics', 'grafana cloud'],
  inputs: [],
  outputs: [],
  face: '{url}',
  fields: {
    url: {
      kind: 'text',
      label: 'Address',
      section: 'Server',
      required: true,
      default: 'http://localhost:9090/api/v1/write',
      placeholder: 'https://prometheus.example.org/api/v1/write',
      format: 'url',
      maxLength: 2000,
      help: 'The whole address of its remote write endpoint.',
    },
    tenant: {
      kind: 'text',
      label: 'Tenant',
      advanced: true,
      maxLength: 200,
      pattern: '[\\x21-\\x7e]*',
      patternHint: 'Printable ASCII without spaces.',
      help: 'Sent as X-Scope-OrgID, for Mimir, Cortex and Loki alike.',
    },
    ...signInFields,
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      section: 'Transport',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
    ...httpsFields,
  },
})

import { describe } from '@millrace/sdk/descriptor'
import { httpsFields } from '@millrace/web/descriptor'

export const grafanaConnectionDescriptor = describe({
  type: 'grafana/connection',
  version: 1,
  kind: 'connection',
  title: 'Grafana',
  summary: 'A Grafana server and the service account by which flows use it.',
  category: 'connections',
  icon: 'layout-dashboard',
  keywords: ['dashboard', 'annotation', 'grafana cloud', 'visualize'],
  inputs: [],
  outputs: [],
  face: '{url}',
  fields: {
    url: {
      kind: 'text',
      label: 'Address',
      section: 'Server',
      required: true,
      default: 'http://localhost:3000',
      placeholder: 'https://grafana.example.org',
      format: 'url',
      maxLength: 2000,
      help: 'With the path in front, where there is one.',
    },
    token: {
      kind: 'secret',
      label: 'Token of a service account',
      section: 'Sign-in',
      required: true,
      help: 'In Grafana: Administration, Service accounts. The role Editor can do all but make data sources.',
    },
    organization: {
      kind: 'integer',
      label: 'Organization',
      advanced: true,
      min: 1,
      help: 'Its number, where the account belongs to several.',
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
    ...httpsFields,
  },
})

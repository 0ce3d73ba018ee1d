import { describe } from '@millrace/sdk/descriptor'
import { tlsFields } from '@millrace/web/descriptor'

const generic = { field: 'service', is: ['generic'] } as const

export const webhookDescriptor = describe({
  type: 'notify/webhook',
  version: 1,
  kind: 'connection',
  title: 'Chat channel or webhook',
  summary: 'A channel in Slack, Teams or Discord, or any web service, that takes messages.',
  category: 'connections',
  icon: 'link',
  keywords: ['slack', 'teams', 'discord', 'mattermost', 'webhook', 'chat', 'notification'],
  inputs: [],
  outputs: [],
  face: '{service}',
  fields: {
    service: {
      kind: 'choice',
      label: 'Service',
      section: 'Channel',
      default: 'slack',
      options: [
        { value: 'slack', label: 'Slack', help: 'An incoming webhook. Mattermost takes it too.' },
        { value: 'teams', label: 'Microsoft Teams', help: 'The webhook of a workflow.' },
        { value: 'discord', label: 'Discord' },
        { value: 'generic', label: 'Any web service', help: 'Gets JSON by POST.' },
      ],
    },
    url: {
      kind: 'secret',
      label: 'Webhook address',
      required: true,
      help: 'Whoever knows it can write to the channel, so it is kept like a password.',
    },
    signingKey: {
      kind: 'secret',
      label: 'Signing key',
      section: 'Sign-in',
      when: generic,
      help: 'Each message then carries an HMAC-SHA256 of its body.',
    },
    signatureHeader: {
      kind: 'text',
      label: 'Signature header',
      advanced: true,
      default: 'X-Hub-Signature-256',
      required: true,
      maxLength: 200,
      pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
      patternHint: 'Letters, digits and dashes.',
      when: generic,
      help: 'As sha256=…, in hexadecimal digits.',
    },
    token: { kind: 'secret', label: 'Token', when: generic },
    timeoutMs: {
      kind: 'duration',
      label: 'Timeout',
      section: 'Transport',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
    ...tlsFields,
    isVerified: {
      ...tlsFields.isVerified,
      help: 'For https addresses. Without it, anybody in between can read and change everything.',
    },
  },
})

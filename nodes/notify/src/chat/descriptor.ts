import { describe } from '@millrace/sdk/descriptor'
import { policyFields } from '../policy/policy-fields.ts'

export const chatDescriptor = describe({
  type: 'notify/chat',
  version: 1,
  kind: 'sink',
  title: 'Chat message',
  summary: 'Tells a channel in Slack, Teams or Discord, or a webhook, of alerts.',
  category: 'sinks',
  icon: 'message-square-text',
  keywords: [
    'slack',
    'teams',
    'discord',
    'mattermost',
    'webhook',
    'notify',
    'notification',
    'alert',
    'alarm',
    'on-call',
  ],
  inputs: [{ name: 'in', title: 'Alerts' }],
  outputs: [],
  stateful: true,
  targets: ['local'],
  promises: {
    gaps: [{ may: 'repeat', because: 'a message is sent again when a crash hid that it arrived' }],
  },
  fields: {
    channel: {
      kind: 'connection',
      type: 'notify/webhook',
      label: 'Channel',
      required: true,
    },
    prefix: {
      kind: 'text',
      label: 'Title begins with',
      default: '',
      maxLength: 100,
      placeholder: 'Plant 4',
    },
    ...policyFields,
  },
})

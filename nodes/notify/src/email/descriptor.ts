import { describe } from '@millrace/sdk/descriptor'
import { policyFields } from '../policy/policy-fields.ts'

export const emailDescriptor = describe({
  type: 'notify/email',
  version: 1,
  kind: 'sink',
  title: 'E-mail',
  summary: 'Tells people of alerts by e-mail.',
  category: 'sinks',
  icon: 'mail',
  keywords: ['mail', 'smtp', 'email', 'notify', 'notification', 'alert', 'alarm', 'send'],
  inputs: [{ name: 'in', title: 'Alerts' }],
  outputs: [],
  stateful: true,
  targets: ['local'],
  face: '{to}',
  promises: {
    gaps: [{ may: 'repeat', because: 'a mail is sent again when a crash hid that it arrived' }],
  },
  fields: {
    server: { kind: 'connection', type: 'notify/smtp', label: 'Mail server', required: true },
    to: {
      kind: 'text',
      label: 'To',
      required: true,
      maxLength: 5000,
      placeholder: 'night-shift@example.org, lead@example.org',
      pattern: '[^\\r\\n]*[^\\s@,]+@[^\\s@,]+[^\\r\\n]*',
      patternHint: 'One or more addresses, with commas between.',
    },
    prefix: {
      kind: 'text',
      label: 'Subject begins with',
      default: '',
      maxLength: 100,
      placeholder: '[Plant 4]',
    },
    ...policyFields,
    listedMax: { ...policyFields.listedMax, default: 50 },
  },
})

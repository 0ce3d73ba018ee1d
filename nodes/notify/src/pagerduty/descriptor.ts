import { describe } from '@millrace/sdk/descriptor'
import { policyFields } from '../policy/policy-fields.ts'

// Incidents are told one by one: PagerDuty groups them itself.
const { text, link, severityMin, tellsCleared } = policyFields
const { hasQuietHours, quietFrom, quietTo, isWeekendQuiet, timeZone } = policyFields
const { rateMessages, ratePeriodMs, waitingMax, whenFull, retryForMs } = policyFields

export const pagerdutyDescriptor = describe({
  type: 'notify/pagerduty',
  version: 1,
  kind: 'sink',
  title: 'PagerDuty',
  summary: 'Opens, acknowledges and resolves incidents in PagerDuty as alerts come and go.',
  category: 'sinks',
  icon: 'bell',
  keywords: ['on-call', 'incident', 'page', 'pager', 'notify', 'alert', 'alarm', 'escalation'],
  inputs: [{ name: 'in', title: 'Alerts' }],
  outputs: [],
  stateful: true,
  targets: ['local'],
  promises: { idempotent: true },
  face: '{source}',
  fields: {
    service: {
      kind: 'connection',
      type: 'notify/pagerduty-service',
      label: 'Service',
      required: true,
    },
    dedupKey: {
      kind: 'template',
      label: 'Deduplication key',
      section: 'Incident',
      placeholder: '{{ payload.key }}',
      help: 'Events with the same key belong to the same incident. When empty: one for each alert of this flow.',
    },
    source: {
      kind: 'text',
      label: 'Source',
      default: 'millrace',
      required: true,
      maxLength: 200,
      help: 'Stands in the incident as where it came from.',
    },
    component: { kind: 'template', label: 'Component', advanced: true },
    group: { kind: 'template', label: 'Group', advanced: true },
    text: { ...text, label: 'Summary' },
    link,
    severityMin,
    tellsCleared: { ...tellsCleared, label: 'Resolve the incident when the alert is over' },
    hasQuietHours,
    quietFrom,
    quietTo,
    isWeekendQuiet,
    timeZone,
    rateMessages: {
      ...rateMessages,
      default: 100,
      unit: 'events',
      help: 'What is held back follows later.',
    },
    ratePeriodMs,
    waitingMax,
    whenFull,
    retryForMs,
  },
})

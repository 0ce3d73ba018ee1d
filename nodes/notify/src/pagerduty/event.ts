import { cut } from '../announcement/compose.ts'
import type { Item, Severity } from '../policy/item.ts'

export interface EventRules {
  readonly dedupKey: string
  readonly source: string
  readonly component: string
  readonly group: string
  /** How long texts may be, from 1 downwards. */
  readonly share: number
}

/** An event of PagerDuty's Events API, version 2, without its key. */
export function eventOf(item: Item, rules: EventRules): object {
  const action = actions[item.change]
  const dedup_key = rules.dedupKey
  if (action !== 'trigger') return { event_action: action, dedup_key }
  const { text, link, severity, key, value, since, time } = item
  const summaryMax = Math.max(summaryMin, Math.floor(summaryLengthMax * rules.share))
  return {
    event_action: action,
    dedup_key,
    client: 'Millrace',
    payload: {
      summary: cut(text === '' ? key || 'Alert' : text, summaryMax),
      source: rules.source,
      severity: pagerdutySeverity[severity],
      timestamp: new Date(time).toISOString(),
      ...(rules.component === '' ? {} : { component: rules.component }),
      ...(rules.group === '' ? {} : { group: rules.group }),
      // What may be long is left out of an event that was too long.
      ...(rules.share < 1 ? {} : { custom_details: { key, value, since } }),
    },
    ...(link === '' ? {} : { links: [{ href: link, text: 'Open' }] }),
  }
}

const actions = {
  raised: 'trigger',
  repeated: 'trigger',
  message: 'trigger',
  acknowledged: 'acknowledge',
  cleared: 'resolve',
} as const

const pagerdutySeverity: Readonly<Record<Severity, string>> = {
  info: 'info',
  warning: 'warning',
  critical: 'critical',
}

const summaryLengthMax = 1024
const summaryMin = 80
const dedupKeyMax = 255

/** Longer keys keep their beginning, and stay apart by their hash. */
export function shortKey(key: string, hash: (text: string) => string): string {
  if (key.length <= dedupKeyMax) return key
  return `${key.slice(0, dedupKeyMax - 33)}-${hash(key).slice(0, 32)}`
}

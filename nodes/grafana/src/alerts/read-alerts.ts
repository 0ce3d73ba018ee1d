import { parseJson } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'

/** An alert of a webhook, as it becomes a message. */
export interface Alert {
  readonly status: 'firing' | 'resolved'
  /** The labels' own, or one made of them. */
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, unknown>>
  readonly annotations: Readonly<Record<string, unknown>>
  /** Milliseconds since the epoch. */
  readonly startsAt: number
  /** Absent while it goes on. */
  readonly endsAt?: number
  readonly [property: string]: unknown
}

export interface AlertGroup {
  readonly alerts: readonly Alert[]
  /** What is said of all of them. */
  readonly group: Readonly<Record<string, unknown>>
}

const alertsMax = 10_000

/** Reads the webhook of Alertmanager (version 4) or Grafana. Throws for what is neither. */
export function readAlerts(body: Uint8Array): AlertGroup {
  const value = parseJson(decoder.decode(body))
  if (!isRecord(value) || !Array.isArray(value['alerts'])) {
    throw bad('The body has no list "alerts": it is no webhook of Grafana or Alertmanager.')
  }
  const { alerts, ...group } = value
  const given: readonly unknown[] = Array.isArray(alerts) ? alerts : []
  if (given.length > alertsMax) throw bad(`There are more than ${alertsMax} alerts in it.`)
  return { alerts: given.map(alertOf), group }
}

// Lenient, and without state between calls.
const decoder = new TextDecoder()

function alertOf(value: unknown, at: number): Alert {
  if (!isRecord(value)) throw bad(`alerts[${at}] is no object.`)
  const { status } = value
  if (status !== 'firing' && status !== 'resolved') {
    throw bad(`The status of alerts[${at}] is neither "firing" nor "resolved".`)
  }
  const startsAt = timeOf(value['startsAt'])
  if (startsAt === undefined) throw bad(`alerts[${at}] does not say when it started.`)
  const labels = isRecord(value['labels']) ? value['labels'] : {}
  const endsAt = timeOf(value['endsAt'])
  const { endsAt: _endsAt, ...rest } = value
  const { fingerprint } = value
  return {
    ...rest,
    status,
    labels,
    annotations: isRecord(value['annotations']) ? value['annotations'] : {},
    fingerprint: typeof fingerprint === 'string' && fingerprint !== '' ? fingerprint : made(labels),
    startsAt,
    // "0001-01-01T00:00:00Z", and for Alertmanager a time to come, say that it goes on.
    ...(status === 'resolved' && endsAt !== undefined ? { endsAt } : {}),
  }
}

function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(timeMs) || timeMs < 0 ? undefined : timeMs
}

/** Versions of Alertmanager before 0.20 send none. */
function made(labels: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(text: string): NodeError {
  return new NodeError('GRAFANA_BAD_WEBHOOK', text)
}

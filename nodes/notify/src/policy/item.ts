import type { Message } from '@millrace/sdk'

/** What became of an alert; a `message` is no alert, and is told as it came. */
export type Change = 'raised' | 'repeated' | 'acknowledged' | 'cleared' | 'message'

export type Severity = 'info' | 'warning' | 'critical'

/** One thing to tell: an alert that changed. Kept as state until the receiver has it. */
export interface Item {
  /** Of whose changes the last one alone is of interest. */
  readonly identity: string
  readonly change: Change
  /** The alert node that it is of, or empty. */
  readonly origin: string
  readonly key: string
  readonly severity: Severity
  readonly text: string
  /** Where a person finds more, or empty. */
  readonly link: string
  readonly value: unknown
  /** Milliseconds since the epoch. */
  readonly time: number
  /** When the alert was raised. */
  readonly since: number | null
  /** As it came, for the error port. */
  readonly message: Message
}

export const severities: readonly Severity[] = ['info', 'warning', 'critical']

/** An alert of `core/alert`, or what comes nearest to one in any other message. */
export function itemOf(
  message: Message,
  given: { readonly now: number; readonly text?: string | undefined; readonly link: string },
): Item {
  const payload = recordOf(message.payload)
  const change = changes.find((known) => known === payload['change']) ?? 'message'
  const key = textOf(payload['key'] ?? message.key ?? message.topic)
  const origin = textOf(payload['node'])
  const severity = severities.find((known) => known === payload['severity'])
  return {
    identity: JSON.stringify([origin, key]),
    change,
    origin,
    key,
    severity: severity ?? (change === 'message' ? 'info' : 'warning'),
    text: (given.text ?? textOf(payload['text'] ?? message.payload)).slice(0, textMax),
    link: webLink(given.link),
    value: payload['value'] ?? null,
    time: numberOf(payload['time']) ?? numberOf(message.time) ?? given.now,
    since: numberOf(payload['since']) ?? null,
    message,
  }
}

/** What a device says must open no program of who clicks on it: a web address or nothing. */
function webLink(text: string): string {
  const link = text.trim()
  return link.length <= linkMax && /^https?:\/\//i.test(link) ? link : ''
}

const linkMax = 2000

/** More is never told, and need not be kept. */
const textMax = 20_000

const changes: readonly Change[] = ['raised', 'repeated', 'acknowledged', 'cleared']

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object, whose members are looked at one by one.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A value as people read it. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (value instanceof Uint8Array) return `${value.length} bytes`
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    // A circle in the data.
    return '(circular)'
  }
}

import { isoText } from '../runtime/text.ts'
import { finite } from '../runtime/values.ts'
import { anything, define, number, optional, text } from './definition.ts'
import type { CallSite, FunctionDefinition } from './definition.ts'

/** Times are milliseconds since the epoch and parts are in UTC; there is no now(), see the README. */
export const timeFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'timestamp',
      category: 'time',
      notation: 'function',
      parameters: [anything('value')],
      result: 'number',
      summary: 'An ISO 8601 text as milliseconds since the epoch, UTC unless it says otherwise.',
      example: { source: 'timestamp("2026-01-01T00:00:00Z")', value: 1_767_225_600_000 },
      check: checkTimestamp,
    },
    timestampOf,
  ),
  define(
    {
      name: 'duration',
      category: 'time',
      notation: 'function',
      parameters: [anything('value')],
      result: 'number',
      summary:
        'A text such as "1h30m", "10s" or "250ms" as milliseconds; units are d, h, m, s, ms.',
      example: { source: 'duration("1m30s")', value: 90_000 },
      check: checkDuration,
    },
    durationOf,
  ),
  define(
    {
      name: 'formatTime',
      category: 'time',
      notation: 'function',
      parameters: [number('time'), optional(text('format'))],
      result: 'text',
      summary: 'A time as ISO text in UTC, or by a format of yyyy, MM, dd, HH, mm, ss and SSS.',
      example: { source: 'formatTime(0, "yyyy-MM-dd")', value: '1970-01-01' },
    },
    formatTime,
  ),
  part('year', 'The year of a time.', { value: 2026, of: (date) => date.getUTCFullYear() }),
  part('month', 'The month of a time, from 1 to 12.', {
    value: 3,
    of: (date) => date.getUTCMonth() + 1,
  }),
  part('day', 'The day of the month of a time, from 1 to 31.', {
    value: 4,
    of: (date) => date.getUTCDate(),
  }),
  part('hour', 'The hour of a time, from 0 to 23.', { value: 5, of: (date) => date.getUTCHours() }),
  part('minute', 'The minute of a time, from 0 to 59.', {
    value: 6,
    of: (date) => date.getUTCMinutes(),
  }),
  part('second', 'The second of a time, from 0 to 59.', {
    value: 7,
    of: (date) => date.getUTCSeconds(),
  }),
  part('dayOfWeek', 'The day of the week of a time, from 0 for Sunday to 6.', {
    value: 3,
    of: (date) => date.getUTCDay(),
  }),
]

function part(
  name: string,
  summary: string,
  { value, of }: { value: number; of: (date: Date) => number },
): FunctionDefinition {
  const example = { source: `${name}(timestamp("2026-03-04T05:06:07Z"))`, value }
  const head = {
    category: 'time',
    notation: 'function',
    result: 'number',
    unmetered: 'all',
  } as const
  const entry = { name, ...head, parameters: [number('time')], summary, example }
  return define(entry, (timeMs: number) => finite(of(new Date(timeMs))))
}

const isoPattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d:?\d\d)?)?$/

function timestampOf(value: unknown): number | null {
  if (typeof value === 'number') return finite(value)
  if (value instanceof Date) return finite(value.getTime())
  if (typeof value !== 'string' || value.length > 60) return null
  const match = isoPattern.exec(value.trim())
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0))
  if (hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const fraction = Math.trunc(Number(`0.${match[7] ?? '0'}`) * 1000)
  const inDay = ((hour * 60 + minute) * 60 + second) * 1000 + fraction
  const offset = offsetMsOf(match[8])
  return offset === null ? null : date.getTime() + inDay - offset
}

function offsetMsOf(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 23 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
}
const durationPattern = /^[+-]?(?:\d{1,15}(?:\.\d{1,9})?(?:ms|us|ns|[dhms]))+$/
const durationPart = /(\d+(?:\.\d+)?)(ms|us|ns|[dhms])/g

function durationOf(value: unknown): number | null {
  if (typeof value === 'number') return finite(value)
  if (typeof value !== 'string' || value.length > 100) return null
  const source = value.trim()
  if (!durationPattern.test(source)) return null
  let total = 0
  for (const [, amount, unit] of source.matchAll(durationPart)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return finite(source.startsWith('-') ? -total : total)
}

function formatTime(timeMs: number, format?: string): string | null {
  const iso = isoText(timeMs)
  if (iso === null || format === undefined) return iso
  if (format.length > 200 || !/^\d{4}-/.test(iso)) return null
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  }
  return format.replace(/yyyy|MM|dd|HH|mm|ss|SSS/g, (name) => parts[name] ?? name)
}

function checkTimestamp([value]: CallSite['literals']): {
  argument: number
  message: string
} | null {
  if (typeof value !== 'string' || timestampOf(value) !== null) return null
  return { argument: 0, message: 'Expected a time such as "2026-01-31T12:00:00Z"' }
}

function checkDuration([value]: CallSite['literals']): {
  argument: number
  message: string
} | null {
  if (typeof value !== 'string' || durationOf(value) !== null) return null
  return { argument: 0, message: 'Expected a duration such as "10s", "1h30m" or "250ms"' }
}

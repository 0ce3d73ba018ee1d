import { FormatError } from '@millrace/formats'
import type { FieldScalar, Point } from '@millrace/formats'

/**
 * Points of JSON as Telegraf's and collectd's HTTP outputs write it:
 * `{ metrics: [{ name, tags, fields, timestamp }] }`, one such metric, or a list of collectd's values.
 */
export function pointsOfJson(value: unknown): readonly Point[] {
  if (isRecord(value) && Array.isArray(value['metrics'])) return value['metrics'].map(pointOf)
  if (Array.isArray(value)) return value.map(pointOf)
  return [pointOf(value, 0)]
}

function pointOf(value: unknown, at: number): Point {
  if (isRecord(value)) {
    if (isRecord(value['fields']) && typeof value['name'] === 'string') return ofTelegraf(value, at)
    if (Array.isArray(value['values']) && typeof value['plugin'] === 'string') {
      return ofCollectd(value, at)
    }
  }
  throw problem(
    at,
    "is neither Telegraf's { name, tags, fields, timestamp } nor collectd's values.",
  )
}

function ofTelegraf(value: Values, at: number): Point {
  const fields = Object.entries(isRecord(value['fields']) ? value['fields'] : {}).filter(isScalar)
  return pointWith(String(value['name']), {
    at,
    fields,
    tags: isRecord(value['tags']) ? value['tags'] : {},
    time: value['timestamp'],
  })
}

/** collectd: `plugin`, `plugin_instance`, `type`, `type_instance`, and a value for each data source. */
function ofCollectd(value: Values, at: number): Point {
  const given: readonly unknown[] = Array.isArray(value['dsnames']) ? value['dsnames'] : []
  const names = given.filter((name) => typeof name === 'string')
  const values: readonly unknown[] = Array.isArray(value['values']) ? value['values'] : []
  const fields = values
    .map((each, index): [string, unknown] => [names[index] ?? 'value', each])
    .filter(isScalar)
  const { host, type, plugin_instance: instance, type_instance: kind } = value
  return pointWith(String(value['plugin']), {
    at,
    fields,
    tags: { host, type, instance, type_instance: kind },
    time: value['time'],
  })
}

interface Parts {
  readonly at: number
  readonly fields: readonly (readonly [string, FieldScalar])[]
  readonly tags: Values
  readonly time: unknown
}

function pointWith(measurement: string, { at, fields, tags, time }: Parts): Point {
  if (fields.length === 0) throw problem(at, 'has no fields.')
  const texts = Object.entries(tags)
    .filter(([, text]) => text !== null && text !== undefined && text !== '')
    .map(([name, text]): [string, string] => [name, String(text)])
  return {
    measurement,
    tags: Object.fromEntries(texts),
    fields: Object.fromEntries(fields),
    ...(typeof time === 'number' && Number.isFinite(time) ? { time: milliseconds(time) } : {}),
  }
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970: by how large the number is. */
function milliseconds(time: number): number {
  const size = Math.abs(time)
  if (size < 1e11) return time * 1000
  if (size < 1e14) return time
  return size < 1e17 ? time / 1000 : time / 1_000_000
}

function isScalar(entry: readonly [string, unknown]): entry is [string, FieldScalar] {
  const [, value] = entry
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
}

type Values = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problem(at: number, sentence: string): FormatError {
  return new FormatError('FORMAT_DECODE', sentence, { field: `[${at}]` })
}

import { deserialize, serialize } from 'node:v8'
import { FormatError, parseJson, parseLines } from '@millrace/formats'
import type { Point } from '@millrace/formats'
import type { HttpRequest } from '@millrace/sdk'
import { unpackBody } from '@millrace/web'
import type { BadLine, Dialect } from './dialect.ts'
import { pointsOfJson } from './json-metrics.ts'

/** A write as it stands in the ingest log: nothing of it depends on when it is read. */
export interface Written {
  readonly dialect: Dialect
  readonly body: Uint8Array
  readonly encoding: string | undefined
  readonly precision: string
  readonly database: string
  readonly retentionPolicy: string
  readonly organization: string
  /** Processing time, in milliseconds: that of points without a time of their own. */
  readonly takenAt: number
}

export function writtenOf(dialect: Dialect, request: HttpRequest, takenAt: number): Written {
  const { query, headers, body } = request
  const named = (...names: readonly string[]): string => {
    const found = names.map((name) => query[name]).find((value) => value !== undefined)
    return typeof found === 'string' ? found : ''
  }
  return {
    dialect,
    // A copy: the body is a part of something bigger.
    body: Uint8Array.from(body),
    encoding: headers['content-encoding'],
    precision: named('precision'),
    database: named('db', 'bucket'),
    retentionPolicy: named('rp'),
    organization: named('org', 'orgID'),
    takenAt,
  }
}

export function encodeWritten(written: Written): Uint8Array {
  return serialize(written)
}

export function decodeWritten(record: Uint8Array): Written {
  // Written by `encodeWritten`.
  return deserialize(record) as Written
}

export interface ReadWrite {
  readonly points: readonly Point[]
  readonly bad: readonly BadLine[]
  /** Where in the text a point is written: the line, from 1; of JSON, which one of the metrics. */
  placeOf(at: number): { readonly line: number; readonly text: string }
}

/** Reads the points of a write. Throws for a body of which nothing can be read. */
export function readWritten(written: Written, unpackedBytesMax: number): ReadWrite {
  const bytes = unpackBody(written.body, written.encoding, unpackedBytesMax)
  const text = decoder.decode(bytes)
  if (written.dialect === 'http' && /^\s*[[{]/.test(text)) {
    const points = pointsOfJson(parseJson(text))
    const placeOf = (at: number) => ({ line: at + 1, text: points[at]?.measurement ?? '' })
    return { points, bad: [], placeOf }
  }
  const { unit, factor } = precisionOf(written)
  const bad: BadLine[] = []
  const onBadLine = (error: FormatError): void => {
    const line = error.place.line ?? 0
    bad.push({ line, text: lineAt(text, line), why: plain(error), isConflict: false })
  }
  const points = parseLines(text, { precision: unit, onBadLine })
  const placeOf = (at: number) => placeInLines(at, { text, points, bad })
  return {
    points: factor === 1 ? points : points.map((point) => scaled(point, factor)),
    bad,
    placeOf,
  }
}

// Lenient, and without state between calls.
const decoder = new TextDecoder()

/** The place is told apart from the sentence in answers. */
function plain({ message }: FormatError): string {
  return message.replace(/^Line \d+, column (\d+): /, 'column $1: ').slice(0, 300)
}

function lineAt(text: string, line: number): string {
  let start = 0
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1
  const end = text.indexOf('\n', start)
  return text.slice(start, end < 0 ? text.length : end).slice(0, 200)
}

/** Counts through the lines: those between points are empty, comments, or bad. */
function placeInLines(
  at: number,
  parts: {
    readonly text: string
    readonly points: readonly Point[]
    readonly bad: readonly BadLine[]
  },
): { readonly line: number; readonly text: string } {
  const lines = parts.text.split('\n')
  const passed = new Set(parts.bad.map(({ line }) => line))
  let point = 0
  for (let line = 1; line <= lines.length; line += 1) {
    const text = lines[line - 1]?.trim() ?? ''
    if (text === '' || text.startsWith('#') || passed.has(line)) continue
    if (point === at) return { line, text: text.slice(0, 200) }
    // Text fields may have line breaks in them.
    line += breaksIn(parts.points[point])
    point += 1
  }
  return { line: 0, text: '' }
}

function breaksIn(point: Point | undefined): number {
  const texts = Object.values(point?.fields ?? {}).filter((value) => typeof value === 'string')
  return texts.reduce((sum, value) => sum + value.split('\n').length - 1, 0)
}

interface Unit {
  readonly unit: 's' | 'ms' | 'us' | 'ns'
  readonly factor: number
}

const units: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['', { unit: 'ns', factor: 1 }],
  ['n', { unit: 'ns', factor: 1 }],
  ['ns', { unit: 'ns', factor: 1 }],
  ['nanosecond', { unit: 'ns', factor: 1 }],
  ['u', { unit: 'us', factor: 1 }],
  ['µ', { unit: 'us', factor: 1 }],
  ['us', { unit: 'us', factor: 1 }],
  ['microsecond', { unit: 'us', factor: 1 }],
  ['ms', { unit: 'ms', factor: 1 }],
  ['millisecond', { unit: 'ms', factor: 1 }],
  ['s', { unit: 's', factor: 1 }],
  ['second', { unit: 's', factor: 1 }],
  ['m', { unit: 's', factor: 60 }],
  ['h', { unit: 's', factor: 3600 }],
])

function precisionOf({ precision }: Written): Unit {
  const found = units.get(precision)
  if (found !== undefined) return found
  throw new FormatError(
    'FORMAT_SETTINGS',
    `invalid precision "${precision.slice(0, 20)}" (use n, u, ms, s, m or h)`,
  )
}

function scaled(point: Point, factor: number): Point {
  return point.time === undefined ? point : { ...point, time: point.time * factor }
}

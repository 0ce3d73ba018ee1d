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
  /**
   * Where in the text a point is written: the line, from 1; of JSON, which one of the metrics. To be
   * asked of one point after another.
   */
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
  const textOfLine = lineReader(text)
  const onBadLine = (error: FormatError): void => {
    if (bad.length === badMax) throw tooManyBad(bad[0])
    const line = error.place.line ?? 0
    bad.push({ line, text: textOfLine(line), why: plain(error), isConflict: false })
  }
  const points = parseLines(text, { precision: unit, onBadLine })
  return {
    points: factor === 1 ? points : points.map((point) => scaled(point, factor)),
    bad,
    placeOf: placeFinder(text, points, bad),
  }
}

// Lenient, and without state between calls.
const decoder = new TextDecoder()

/** With so many wrong lines it is something else, and nobody wants to hear of more. */
const badMax = 1_000

function tooManyBad(first: BadLine | undefined): FormatError {
  const text = `more than ${badMax} lines are wrong, so none is taken in. Line ${first?.line}: ${first?.why}`
  return new FormatError('FORMAT_DECODE', text)
}

/** The place is told apart from the sentence in answers. */
function plain({ message }: FormatError): string {
  return message.replace(/^Line \d+, column (\d+): /, 'column $1: ').slice(0, 300)
}

/** Gives the beginning of a line by its number; lines must be asked for in order. */
function lineReader(text: string): (line: number) => string {
  let [at, start] = [1, 0]
  return (line) => {
    for (; at < line; at += 1) {
      const end = text.indexOf('\n', start)
      if (end < 0) return ''
      start = end + 1
    }
    const end = text.indexOf('\n', start)
    return text.slice(start, Math.min(end < 0 ? text.length : end, start + 200))
  }
}

/** Counts through the lines: those between points are empty, comments, or bad. */
function placeFinder(
  text: string,
  points: readonly Point[],
  bad: readonly BadLine[],
): ReadWrite['placeOf'] {
  const passed = new Set(bad.map(({ line }) => line))
  const textOfLine = lineReader(text)
  let [line, point, lines] = [1, 0, 0]
  return (at) => {
    if (lines === 0) lines = linesIn(text)
    for (; line <= lines; line += 1) {
      const found = textOfLine(line).trim()
      if (found === '' || found.startsWith('#') || passed.has(line)) continue
      if (point === at) return { line, text: found }
      // Text fields may have line breaks in them.
      line += breaksIn(points[point])
      point += 1
    }
    return { line: 0, text: '' }
  }
}

function linesIn(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
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

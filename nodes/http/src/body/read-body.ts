import { gunzipSync, inflateSync } from 'node:zlib'
import type { Decode, FormatName } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import { formPairs } from '@millrace/web'
import { parseJson } from './json-error.ts'

export type BodyFormat = 'auto' | FormatName
export type AnswerFormat = BodyFormat

export interface BodyToRead {
  readonly format: BodyFormat
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  /** For what a compressed body unpacks to. */
  readonly bytesMax: number
  /** For formats beyond those that are read here. */
  readonly decode?: Decode | undefined
}

/**
 * The values in a body: one, or one for each line. Throws a `NodeError`, which says where as a
 * `JsonError` or `FormatError`.
 */
export function readBody(body: Uint8Array, options: BodyToRead): readonly unknown[] {
  const bytes = unpacked(body, options)
  if (options.decode !== undefined) return options.decode(bytes)
  const format = options.format === 'auto' ? formatOf(options.contentType) : options.format
  switch (format) {
    case 'json':
      return [parseJson(utf8(bytes))]
    case 'ndjson':
      return readLines(utf8(bytes))
    case 'text':
      return [utf8(bytes)]
    case 'binary':
      // A copy: the bytes may be a part of something bigger.
      return [Uint8Array.from(bytes)]
    case 'form':
      return [readForm(utf8(bytes))]
    case 'unknown':
      return [readUnknown(bytes)]
    default:
      throw new Error(`Bodies as ${format} are for a decoder.`)
  }
}

/** Of the answer to a request of ours: the same but for lines, which stay together. */
export function readAnswer(
  bytes: Uint8Array,
  format: AnswerFormat,
  contentType: string | undefined,
): unknown {
  if (bytes.length === 0 && format !== 'binary') return null
  const whole = { contentType, contentEncoding: undefined, bytesMax: bytes.length }
  const values = readBody(bytes, { ...whole, format })
  const isLines = format === 'ndjson' || (format === 'auto' && formatOf(contentType) === 'ndjson')
  return isLines ? values : values[0]
}

/** The body as text, unpacked where it is compressed. */
export function unpackedText(body: Uint8Array, options: BodyToRead): string {
  return utf8(unpacked(body, options))
}

function formatOf(
  contentType: string | undefined,
): 'json' | 'ndjson' | 'text' | 'binary' | 'form' | 'unknown' {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (lineTypes.has(type)) return 'ndjson'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (type.startsWith('text/') || type.endsWith('+xml') || type === 'application/xml') return 'text'
  return type === '' ? 'unknown' : 'binary'
}

const lineTypes = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/json-lines',
])

function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

// Lenient, and without state between calls.
const decoder = new TextDecoder()

function readLines(text: string): readonly unknown[] {
  const values: unknown[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '') values.push(parseJson(line, index + 1))
  }
  return values
}

function readForm(text: string): Record<string, string | string[]> {
  // Names come from outside: no prototype that `__proto__` could reach.
  const form = Object.create(null) as Record<string, string | string[]>
  for (const [name, value] of formPairs(text)) {
    const before = form[name]
    if (before === undefined) form[name] = value
    else if (Array.isArray(before)) before.push(value)
    else form[name] = [before, value]
  }
  return form
}

/** Nothing says what it is: JSON where it can be, else text where it is UTF-8, else bytes. */
function readUnknown(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = strictDecoder.decode(bytes)
  } catch {
    return Uint8Array.from(bytes)
  }
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true })

function unpacked(body: Uint8Array, { contentEncoding, bytesMax }: BodyToRead): Uint8Array {
  const encoding = contentEncoding?.trim().toLowerCase() ?? 'identity'
  if (encoding === '' || encoding === 'identity') return body
  const unpack = unpackers.get(encoding)
  if (unpack === undefined) {
    throw new NodeError('HTTP_ENCODING_UNKNOWN', `Bodies encoded as "${encoding}" are not taken.`)
  }
  try {
    return unpack(body, { maxOutputLength: Math.max(1, bytesMax) })
  } catch (error) {
    const isTooLong = error instanceof RangeError
    const message = isTooLong
      ? `The body unpacks to more than ${bytesMax} bytes.`
      : 'The compressed body is broken.'
    throw new NodeError(isTooLong ? 'HTTP_BODY_TOO_LONG' : 'HTTP_BODY_BROKEN', message)
  }
}

type Unpack = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array

const unpackers: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
])

import { NodeError } from '@millrace/sdk'
import type { HttpRequest } from '@millrace/sdk'
import { parseJson } from '../../body/json-error.ts'
import { readBody, unpackedText } from '../../body/read-body.ts'
import type { BodyToRead } from '../../body/read-body.ts'

/** One event of CloudEvents 1.0: its attributes, extensions too, and its data. */
export interface CloudEvent {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly data: unknown
}

/**
 * The events of a request in any of the three modes of the CloudEvents HTTP binding: structured,
 * batched, or binary with the attributes in headers `ce-…`. Throws a `NodeError` for one that lacks
 * what every event has.
 */
export function readCloudEvents(
  { headers, body }: HttpRequest,
  reading: BodyToRead,
): readonly CloudEvent[] {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/cloudevents-batch+json') {
    const events = parseJson(unpackedText(body, reading))
    if (!Array.isArray(events)) throw invalid('A batch of events is a JSON array.')
    return events.map((event: unknown, at) => structured(event, `Event ${at + 1}: `))
  }
  if (type.startsWith('application/cloudevents')) {
    if (type !== 'application/cloudevents+json') throw invalid('Events are taken as JSON only.')
    return [structured(parseJson(unpackedText(body, reading)), '')]
  }
  return [binary(headers, body, reading)]
}

function structured(event: unknown, where: string): CloudEvent {
  if (!isRecord(event)) throw invalid(`${where}it is no JSON object.`)
  const { data, data_base64: base64, ...attributes } = event
  checkAttributes(attributes, where)
  if (base64 === undefined) return { attributes, data: data ?? null }
  if (typeof base64 !== 'string') throw invalid(`${where}data_base64 is no text.`)
  return { attributes, data: Uint8Array.from(Buffer.from(base64, 'base64')) }
}

function binary(
  headers: HttpRequest['headers'],
  body: Uint8Array,
  reading: BodyToRead,
): CloudEvent {
  const attributes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-')) attributes[name.slice(3)] = decoded(value)
  }
  checkAttributes(attributes, '')
  const type = headers['content-type']
  if (type !== undefined) attributes['datacontenttype'] = type
  if (body.length === 0) return { attributes, data: null }
  const values = readBody(body, reading)
  return { attributes, data: values.length === 1 ? values[0] : values }
}

/** CloudEvents HTTP binding, 3.1.3.2: values are percent-encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function checkAttributes(attributes: Readonly<Record<string, unknown>>, where: string): void {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    const value = attributes[name]
    if (typeof value !== 'string' || value === '') {
      throw invalid(`${where}the attribute "${name}" is missing.`)
    }
  }
  if (attributes['specversion'] !== '1.0') {
    throw invalid(`${where}specversion is "${String(attributes['specversion'])}", not 1.0.`)
  }
}

function invalid(message: string): NodeError {
  return new NodeError('HTTP_EVENT_INVALID', `No proper CloudEvent. ${message}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

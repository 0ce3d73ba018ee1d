import { deserialize } from 'node:v8'
import type { HttpRequest } from '@millrace/sdk'

type LoggedRequest = HttpRequest & { readonly receivedAt: number }

/*
 * A request as it stands in the ingest log: a format number (1 byte), the length of the head (4,
 * little-endian), the head as JSON, the body.
 */
const format = 1
const prefixBytes = 5

export function encodeRequest(request: HttpRequest, receivedAt: number): Uint8Array {
  const { id, method, path, params, query, headers, remoteAddress, body } = request
  const head = JSON.stringify({
    id,
    method,
    path,
    params,
    query,
    headers,
    remoteAddress,
    receivedAt,
  })
  const headBytes = Buffer.byteLength(head)
  const record = Buffer.allocUnsafe(prefixBytes + headBytes + body.length)
  record[0] = format
  record.writeUInt32LE(headBytes, 1)
  record.write(head, prefixBytes)
  record.set(body, prefixBytes + headBytes)
  return record
}

export function decodeRequest(record: Uint8Array): LoggedRequest {
  // Both were written by `encodeRequest`; records of before have a format of their own.
  if (record[0] !== format) return deserialize(record) as LoggedRequest
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const bodyAt = prefixBytes + bytes.readUInt32LE(1)
  const head = JSON.parse(bytes.toString('utf8', prefixBytes, bodyAt)) as Omit<
    LoggedRequest,
    'body'
  >
  return { ...head, body: record.subarray(bodyAt) }
}

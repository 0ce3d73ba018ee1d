import { deserialize, serialize } from 'node:v8'
import type { HttpRequest } from '@millrace/sdk'

/** A request as it stands in the ingest log. */
export function encodeRequest(request: HttpRequest, receivedAt: number): Uint8Array {
  const { id, method, path, params, query, headers, remoteAddress } = request
  // A copy: the body is a part of something bigger, all of which would be written.
  const body = Uint8Array.from(request.body)
  return serialize({ id, method, path, params, query, headers, remoteAddress, body, receivedAt })
}

export function decodeRequest(record: Uint8Array): HttpRequest & { readonly receivedAt: number } {
  // Written by `encodeRequest`.
  return deserialize(record) as HttpRequest & { readonly receivedAt: number }
}

import { gunzipSync, inflateSync } from 'node:zlib'
import { NodeError } from '@millrace/sdk'

type Unpack = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array

const unpackers: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
])

/**
 * A body without its content encoding. Throws `WEB_ENCODING_UNKNOWN`, `WEB_BODY_TOO_LONG` for one
 * that unpacks to more than the bound, or `WEB_BODY_BROKEN`.
 */
export function unpackBody(
  body: Uint8Array,
  encoding: string | undefined,
  bytesMax: number,
): Uint8Array {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity') return body
  const unpack = unpackers.get(name)
  if (unpack === undefined) {
    throw new NodeError('WEB_ENCODING_UNKNOWN', `Bodies encoded as "${name}" are not taken.`)
  }
  try {
    return unpack(body, { maxOutputLength: Math.max(1, bytesMax) })
  } catch (error) {
    throw error instanceof RangeError
      ? new NodeError('WEB_BODY_TOO_LONG', `The body unpacks to more than ${bytesMax} bytes.`)
      : new NodeError('WEB_BODY_BROKEN', 'The compressed body is broken.', { cause: error })
  }
}

import { isUtf8 } from 'node:buffer'
import { NodeError } from '@millrace/sdk'

/** Reads the value of a record. The bytes are those of a whole fetch, and are not kept. */
export type ReadPayload = (bytes: Buffer) => unknown

export type PayloadFormat = 'auto' | 'json' | 'text' | 'binary'

export const payloadReaders: Readonly<Record<PayloadFormat, ReadPayload>> = {
  auto: readAny,
  json: readJson,
  text: (bytes) => bytes.toString('utf8'),
  binary: copyOf,
}

/** A copy, as a view would keep all that was fetched with it. */
export function copyOf(bytes: Buffer): Uint8Array {
  return Buffer.from(bytes)
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : ''
    throw new NodeError('KAFKA_PAYLOAD_NOT_JSON', `The value is not JSON: ${why}`)
  }
}

/** JSON where it can be, else text where it is UTF-8, else bytes. */
function readAny(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return copyOf(bytes)
  const text = bytes.toString('utf8')
  if (!canBeginJson(bytes[0])) return text
  try {
    return JSON.parse(text)
  } catch {
    // Text that only begins like JSON.
    return text
  }
}

/** Saves the cost of an exception for most text. White space may come first. */
function canBeginJson(byte: number | undefined): boolean {
  return byte !== undefined && jsonStarts[byte] === 1
}

const jsonStarts = Uint8Array.from({ length: 256 }, (_, byte) =>
  ' \t\r\n{["-0123456789tfn'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

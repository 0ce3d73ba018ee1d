import { NodeError } from '@millrace/sdk'

/** Reads a payload from `start` to `end`; the bytes are used again afterwards. */
export type ReadPayload = (bytes: Buffer, start: number, end: number) => unknown

/** For what most payloads are; other formats have readers that make more of them. */
export function payloadReader(format: string): ReadPayload | undefined {
  return readers.get(format)
}

const readers: ReadonlyMap<string, ReadPayload> = new Map([
  ['auto', readAny],
  ['json', readJson],
  ['text', readText],
  ['binary', readBytes],
])

function readText(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}

/** A copy. In a pool, as an array buffer for each message would cost ten times as much. */
export function readBytes(bytes: Buffer, start: number, end: number): Uint8Array {
  return Buffer.from(bytes.subarray(start, end))
}

function readJson(bytes: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', start, end))
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : ''
    throw new NodeError('MQTT_PAYLOAD_NOT_JSON', `The payload is not JSON: ${why}`)
  }
}

/** JSON where it can be, else text where it is UTF-8, else bytes. */
function readAny(bytes: Buffer, start: number, end: number): unknown {
  const text = bytes.toString('utf8', start, end)
  if (canBeginJson(bytes[start])) {
    try {
      return JSON.parse(text)
    } catch {
      // Text that only begins like JSON.
    }
  }
  return isUtf8(bytes, text, { start, end }) ? text : readBytes(bytes, start, end)
}

/** Saves the cost of an exception for most text. White space may come first. */
function canBeginJson(byte: number | undefined): boolean {
  return byte !== undefined && jsonStarts[byte] === 1
}

const jsonStarts = Uint8Array.from({ length: 256 }, (_, byte) =>
  ' \t\r\n{["-0123456789tfn'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

/** Bytes that are no UTF-8 were decoded to U+FFFD, which takes three bytes when it is written. */
function isUtf8(bytes: Buffer, text: string, range: { start: number; end: number }): boolean {
  if (!text.includes('\ufffd')) return true
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    decoder.decode(bytes.subarray(range.start, range.end))
    return true
  } catch {
    return false
  }
}

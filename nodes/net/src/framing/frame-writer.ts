import { NodeError } from '@millrace/sdk'
import type { Framing } from './framing.ts'

/** Puts a payload into a frame. Throws a `NodeError` where it does not fit into one. */
export type WriteFrame = (payload: Uint8Array) => Uint8Array

export function frameWriter(framing: Framing): WriteFrame {
  switch (framing.kind) {
    case 'delimiter':
      return delimited(framing)
    case 'length':
      return counted(framing)
    case 'fixed':
      return ofLength(framing.frameBytes)
    case 'whole':
      return (payload) => payload
  }
}

function delimited({ delimiter, isLine }: Extract<Framing, { kind: 'delimiter' }>): WriteFrame {
  return (payload) => {
    const frame = Buffer.concat([payload, delimiter])
    // The end of the payload and the beginning of the delimiter may make one too.
    if (frame.indexOf(delimiter) === payload.length) return frame
    const what = isLine ? 'a line break' : 'the delimiter'
    const text = `The payload has ${what} in it: it would be taken for several messages.`
    throw new NodeError('NET_DELIMITER_IN_PAYLOAD', text)
  }
}

function counted({
  prefixBytes,
  isLittleEndian,
  countsItself,
}: Extract<Framing, { kind: 'length' }>): WriteFrame {
  const most = 2 ** (8 * prefixBytes) - 1
  return (payload) => {
    const count = payload.length + (countsItself ? prefixBytes : 0)
    if (count > most) {
      const text = `The payload has ${payload.length} bytes, more than ${prefixBytes} bytes can count.`
      throw new NodeError('NET_FRAME_TOO_LONG', text)
    }
    const frame = Buffer.allocUnsafe(prefixBytes + payload.length)
    if (isLittleEndian) frame.writeUIntLE(count, 0, prefixBytes)
    else frame.writeUIntBE(count, 0, prefixBytes)
    frame.set(payload, prefixBytes)
    return frame
  }
}

function ofLength(frameBytes: number): WriteFrame {
  return (payload) => {
    if (payload.length === frameBytes) return payload
    const text = `The payload has ${payload.length} bytes, and a message here has ${frameBytes}.`
    throw new NodeError('NET_FRAME_LENGTH', text)
  }
}

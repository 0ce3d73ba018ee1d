import { NodeError } from '@millrace/sdk'

/** Bytes before what a schema describes: a zero, and the number of the schema. */
export const frameBytes = 5

/** The number of the schema by which a value is written. Throws where the value names none. */
export function schemaIdOf(value: Buffer): number {
  if (value.length < frameBytes) {
    const text = `The value has ${value.length} bytes, which is too few to name a schema.`
    throw new NodeError('SCHEMA_FRAME_TRUNCATED', text)
  }
  if (value[0] !== 0) {
    const first = `0x${value.toString('hex', 0, 1)}`
    const text = `The value does not name a schema: it begins with ${first} instead of 0, so it was not written by way of a schema registry. Choose another format.`
    throw new NodeError('SCHEMA_NOT_NAMED', text)
  }
  return value.readUInt32BE(1)
}

export function framed(id: number, body: Uint8Array): Uint8Array {
  const value = Buffer.allocUnsafe(frameBytes + body.length)
  value[0] = 0
  value.writeUInt32BE(id, 1)
  value.set(body, frameBytes)
  return value
}

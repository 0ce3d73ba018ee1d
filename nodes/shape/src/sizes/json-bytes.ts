import { Buffer } from 'node:buffer'

/** Bytes of the value's JSON text in UTF-8; what JSON leaves out counts as `null`. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? 'null')
}

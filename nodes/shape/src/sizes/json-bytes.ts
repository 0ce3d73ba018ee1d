import { Buffer } from 'node:buffer'

/** Bytes of the value's JSON text in UTF-8; what JSON leaves out counts as `null`. */
export function jsonBytes(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value).length
  return Buffer.byteLength(JSON.stringify(value) ?? 'null')
}

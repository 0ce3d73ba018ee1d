import { FormatError } from '../format-error.ts'

/**
 * A value as JSON. What JSON has no form for is written as what comes nearest: bytes as base64, big
 * integers as text, nothing as `null`.
 */
export function jsonText(value: unknown, indent?: number): string {
  try {
    // A replacer costs several times as much, and is hardly ever needed.
    const replacer = isPlain(value, walkDepth) ? undefined : writable
    return JSON.stringify(value, replacer, indent) ?? 'null'
  } catch (error) {
    // A circle, or a `toJSON` that throws; both come from code in the flow.
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new FormatError('FORMAT_ENCODE', `The value cannot be written as JSON: ${why}.`, {
      cause: error,
    })
  }
}

const walkDepth = 16

/** Whether it is made of nothing that has to be replaced, as far as can be seen. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint'
  if (depth === 0 || value instanceof Uint8Array) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth - 1))
  for (const name in value) {
    // Whatever is there is looked at.
    const item = (value as Record<string, unknown>)[name]
    if (!isPlain(item, depth - 1)) return false
  }
  return true
}

function writable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return base64(value)
  if (isBufferJson(value)) return Buffer.from(value.data).toString('base64')
  return value
}

export function base64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64')
}

/** The same bytes, not a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A Buffer turns itself into this before it can be replaced. */
function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  if (typeof value !== 'object' || value === null) return false
  return 'type' in value && value.type === 'Buffer' && 'data' in value && Array.isArray(value.data)
}

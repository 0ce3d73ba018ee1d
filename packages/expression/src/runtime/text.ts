import { maxDataDepth } from '../limits.ts'
import { isBytes } from './values.ts'

/** A value as a template writes it: nothing for null, JSON for lists and maps. */
export function templateText(value: unknown): string {
  if (typeof value === 'string') return value
  return textOf(value) ?? ''
}

/** A value as text, or null where it has none. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return value - value === 0 ? String(value) : null
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (isBytes(value)) return decodeUtf8(value)
  if (value instanceof Date) return isoText(value.getTime())
  return typeof value === 'object' && value !== null ? jsonOf(value) : null
}

/** JSON text, or null for what JSON cannot hold: cycles, functions, very deep nesting. */
export function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value, jsonReplacer(value)) ?? null
  } catch {
    return null
  }
}

/** ISO 8601 text in UTC, or null outside the years that a date can hold. */
export function isoText(timeMs: number): string | null {
  const date = new Date(timeMs)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** UTF-8 to text; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  // In pieces: a call takes only so many arguments.
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  }
  return btoa(pieces.join(''))
}

/** Bytes of base64 text, plain or URL-safe, padded or not; null for anything else. */
export function decodeBase64(text: string): Uint8Array | null {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return null
  try {
    return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

/** Writes bytes inside lists and maps as base64. */
function jsonReplacer(root: unknown): ((key: string, value: unknown) => unknown) | undefined {
  if (!holdsBytes(root, { depth: 0, bound: { left: maxJsonValues } })) return undefined
  return (_key, value) => (isBytes(value) ? encodeBase64(value) : value)
}

const maxJsonValues = 1_000_000

/** Throws for what is nested too deeply or holds too many values; a cycle is both. */
function holdsBytes(value: unknown, at: { depth: number; bound: { left: number } }): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (at.depth > maxDataDepth || --at.bound.left < 0) throw new RangeError('too much for JSON')
  if (isBytes(value)) return true
  const inside = { depth: at.depth + 1, bound: at.bound }
  let isFound = false
  for (const item of Object.values(value)) isFound = holdsBytes(item, inside) || isFound
  return isFound
}

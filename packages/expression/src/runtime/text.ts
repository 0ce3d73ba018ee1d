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
  const parts: string[] = []
  let codes: number[] = []
  for (let at = 0; at < bytes.length;) {
    const { code, length } = decodeOne(bytes, at)
    codes.push(code)
    at += length
    if (codes.length < 4096) continue
    parts.push(String.fromCodePoint(...codes))
    codes = []
  }
  return parts.join('') + String.fromCodePoint(...codes)
}

const replacement = 0xfffd

function decodeOne(bytes: Uint8Array, at: number): { code: number; length: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { code: first, length: 1 }
  const count = first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : 3
  if (first < 0xc2 || first > 0xf4) return { code: replacement, length: 1 }
  let code = first & (0x3f >> count)
  for (let offset = 1; offset <= count; offset++) {
    const byte = bytes[at + offset] ?? 0
    const [low, high] = offset === 1 ? secondByteRange(first) : [0x80, 0xbf]
    if (byte < low || byte > high) return { code: replacement, length: offset }
    code = (code << 6) | (byte & 0x3f)
  }
  return { code, length: count + 1 }
}

/** Unicode table 3-7: keeps out overlong forms, surrogates and code points above U+10FFFF. */
function secondByteRange(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf]
  if (first === 0xed) return [0x80, 0x9f]
  if (first === 0xf0) return [0x90, 0xbf]
  return first === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf]
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]]
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    text += base64Alphabet.charAt(group >> 18) + base64Alphabet.charAt((group >> 12) & 63)
    text += b === undefined ? '=' : base64Alphabet.charAt((group >> 6) & 63)
    text += c === undefined ? '=' : base64Alphabet.charAt(group & 63)
  }
  return text
}

/** Bytes of base64 text, plain or URL-safe, padded or not; null for anything else. */
export function decodeBase64(text: string): Uint8Array | null {
  const digits = text
    .replace(/={0,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  if (digits.length % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const digit of digits) {
    const value = base64Alphabet.indexOf(digit)
    if (value < 0) return null
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[at++] = (bits >> held) & 0xff
  }
  return bytes
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const raw = character.codePointAt(0) ?? 0
    const code = raw >= 0xd800 && raw <= 0xdfff ? replacement : raw
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000)
      bytes.push(0xe0 | (code >> 12), continuation(code, 6), continuation(code, 0))
    else
      bytes.push(
        0xf0 | (code >> 18),
        continuation(code, 12),
        continuation(code, 6),
        continuation(code, 0),
      )
  }
  return Uint8Array.from(bytes)
}

function continuation(code: number, shift: number): number {
  return 0x80 | ((code >> shift) & 63)
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

import { createHash } from 'node:crypto'
import { NodeError } from '@millrace/sdk'

/** The key under which something is kept as state. */
export type StateKey = string | number

const lengthMax = 1000
/** Begins a key that stands for another value; texts that begin with it are marked as well. */
const mark = '\u0000'

/**
 * The key for a value: numbers and texts stand for themselves, null, booleans and anything else
 * for a marked text. Values of more than 1,000 characters are refused.
 */
export function encodeKey(value: unknown): StateKey {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const key = textOf(value)
  if (key.length <= lengthMax) return key
  throw new NodeError('SHAPE_KEY_TOO_LONG', `The key has more than ${lengthMax} characters.`)
}

/** The same for keys that are only compared: a long one is kept as its SHA-256. */
export function digestKey(value: unknown): StateKey {
  if (value instanceof Uint8Array) return digest('b', value)
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const key = textOf(value)
  return key.length <= 100 ? key : digest('h', key)
}

/** The value that a key stands for. */
export function decodeKey(key: StateKey): unknown {
  if (typeof key === 'number' || key.charCodeAt(0) !== 0) return key
  return key[1] === 't' ? key.slice(2) : JSON.parse(key.slice(2))
}

/** What a message about a key has as its `key`; other values are no keys of messages. */
export function messageKey(key: StateKey): string | number | undefined {
  const value = decodeKey(key)
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') return `${mark}j${JSON.stringify(value ?? null)}`
  return value.charCodeAt(0) === 0 ? `${mark}t${value}` : value
}

function digest(kind: string, bytes: string | Uint8Array): string {
  return `${mark}${kind}${createHash('sha256').update(bytes).digest('base64')}`
}

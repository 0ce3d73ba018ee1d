import { NodeError } from '@millrace/sdk'

/** What messages have in common that belong together. */
export type JoinKey = string | number

const lengthMax = 1000
/** Begins a key that stands for another value; texts that begin with it are marked as well. */
const mark = '\u0000'

/**
 * The key that a value is found by; null where it matches nothing: no value, or a list in which one
 * is missing, as in SQL. Numbers and texts stand for themselves, anything else for a marked text.
 */
export function joinKey(value: unknown): JoinKey | null {
  if (typeof value === 'string') {
    if (value.length > lengthMax) throw tooLong()
    return value.charCodeAt(0) === 0 ? `${mark}t${value}` : value
  }
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  return otherKey(value)
}

/** The value that a key stands for. */
export function keyValue(key: JoinKey | null): unknown {
  if (typeof key !== 'string' || key.charCodeAt(0) !== 0) return key
  return key[1] === 't' ? key.slice(2) : JSON.parse(key.slice(2))
}

function otherKey(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value) && value.some((item) => item === null || item === undefined)) return null
  const text = JSON.stringify(value)
  if (text.length > lengthMax) throw tooLong()
  return `${mark}j${text}`
}

function tooLong(): NodeError {
  return new NodeError('JOIN_KEY_TOO_LONG', `The key has more than ${lengthMax} characters.`)
}

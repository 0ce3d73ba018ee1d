import { NodeError } from '@millrace/sdk'

const lengthMax = 1000
/** Begins a key that stands for another value; texts that begin with it are marked as well. */
const mark = '\u0000'

/**
 * The key under which a group keeps its state: numbers and texts stand for themselves, null,
 * booleans and anything else for a marked text.
 */
export function encodeKey(value: unknown): string | number {
  if (typeof value === 'string') {
    if (value.length <= lengthMax) return value.charCodeAt(0) === 0 ? `${mark}t${value}` : value
    throw tooLong()
  }
  return typeof value === 'number' ? value : encodeOther(value)
}

/** The value that a key stands for. */
export function decodeKey(key: string | number): unknown {
  if (typeof key === 'number' || key.charCodeAt(0) !== 0) return key
  return key[1] === 't' ? key.slice(2) : JSON.parse(key.slice(2))
}

function encodeOther(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  if (text.length > lengthMax) throw tooLong()
  return `${mark}j${text}`
}

function tooLong(): NodeError {
  return new NodeError(
    'WINDOW_KEY_TOO_LONG',
    `The value to group by has more than ${lengthMax} characters.`,
  )
}

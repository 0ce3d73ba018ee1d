import { deserialize, serialize } from 'node:v8'
import type { StateKey } from '@millrace/engine'

/** What a column of the database takes and gives as it is. */
export type Stored = string | number | Uint8Array

/** Numbers and texts as they are, which is quick and readable; what SQLite has no place for as bytes. */
export function storedKey(key: StateKey): Stored {
  if (typeof key === 'number') return Number.isNaN(key) ? notANumber : key
  return key.isWellFormed() ? key : serialize(key)
}

export function keyOf(stored: unknown): StateKey {
  if (typeof stored === 'string' || typeof stored === 'number') return stored
  // Written by `storedKey`, which serializes texts alone.
  return isNotANumber(stored) ? Number.NaN : (deserialize(bytesOf(stored)) as string)
}

/** Throws where the value cannot be stored, such as one with a function in it. */
export function storedValue(value: unknown): Stored {
  if (typeof value === 'number') return Number.isNaN(value) ? serialize(value) : value
  if (typeof value === 'string') return value.isWellFormed() ? value : serialize(value)
  const bytes = serialize(value)
  if (bytes.length <= valueBytesMax) return bytes
  throw new RangeError(`It takes ${bytes.length} bytes, more than ${valueBytesMax}.`)
}

/** SQLite takes no more in one place. */
const valueBytesMax = 1_000_000_000

/** Throws where the bytes are none that were stored. */
export function valueOf(stored: unknown): unknown {
  if (typeof stored === 'string' || typeof stored === 'number') return stored
  return deserialize(bytesOf(stored))
}

/** One byte, which no serialized text is. */
const notANumber = Uint8Array.of(0)

function isNotANumber(stored: unknown): boolean {
  return stored instanceof Uint8Array && stored.length === 1
}

function bytesOf(stored: unknown): Uint8Array {
  if (stored instanceof Uint8Array) return stored
  throw new TypeError('What is stored is neither a number, a text nor bytes.')
}

import { FormatError } from '../format-error.ts'

/** Said of a value that a schema does not allow there. */
export function wrongValue(value: unknown, wanted: string): FormatError {
  return new FormatError('FORMAT_ENCODE', `is ${shown(value)}, and has to be ${wanted}.`)
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'object' && value !== null) {
    if (value instanceof Uint8Array) return `${value.length} bytes`
    return Array.isArray(value) ? 'a list' : 'an object'
  }
  // Neither an object nor nothing.
  return typeof value === 'string' ? `"${value.slice(0, 50)}"` : String(value as number)
}

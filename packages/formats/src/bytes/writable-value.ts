import { FormatError } from '../format-error.ts'

/**
 * What a binary format without a schema writes for a value: what turns itself into JSON, such as a
 * date, does so; what JSON leaves out is nothing.
 */
export function writableValue(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'function':
    case 'symbol':
      return null
    case 'object':
      return value === null || value instanceof Uint8Array ? value : withJson(value)
    default:
      return value
  }
}

function withJson(value: object): unknown {
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return value
  const found: unknown = value.toJSON()
  return found === value ? value : writableValue(found)
}

/** The entries of an object; what JSON leaves out is left out. */
export function writableEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => {
    return item !== undefined && typeof item !== 'function' && typeof item !== 'symbol'
  })
}

export function tooBig(value: bigint): FormatError {
  const sentence = `The number ${String(value).slice(0, 50)} has more than 64 bits.`
  return new FormatError('FORMAT_ENCODE', sentence)
}

export function tooDeep(depthMax: number): FormatError {
  const sentence = `The value is nested more than ${depthMax} levels deep.`
  return new FormatError('FORMAT_LIMIT', sentence)
}

import { FormatError, within } from '../format-error.ts'
import { isRecord, ownValue, putOwn } from '../own-property.ts'
import type { AvroType, Logical, RecordType } from './avro-type.ts'
import { decimalOf, fromNumber } from './logical-value.ts'
import { isWhole } from './whole.ts'

/**
 * What a reader finds in a field that was not written: its default, which stands as JSON in the
 * schema. Made anew each time, as nobody shall change it for others. Throws `FORMAT_SETTINGS`.
 */
export function resolvedDefault(type: AvroType, json: unknown): unknown {
  switch (type.kind) {
    case 'null':
      return expected(json, json === null, 'null')
    case 'boolean':
      return expected(json, typeof json === 'boolean', 'a boolean')
    case 'int':
    case 'long':
      return fromNumber(whole(json, type.kind), type.logical)
    case 'float':
    case 'double':
      return expected(json, typeof json === 'number', 'a number')
    case 'string':
      return expected(json, typeof json === 'string', 'a text')
    case 'bytes':
    case 'fixed':
      return bytesOf(type, json)
    case 'enum':
      return expected(json, type.symbols.includes(String(json)), 'one of its symbols')
    case 'array':
      return listOf(type.items, json)
    case 'map':
      return mapOf(type.values, json)
    case 'union':
      return firstThatFits(type.branches, json)
    case 'record':
      return recordOf(type, json)
  }
}

function whole(json: unknown, kind: 'int' | 'long'): number | bigint {
  if (isWhole(json, kind)) return json
  throw misfit(json, `a whole number`)
}

/** Bytes stand as text of characters up to U+00FF. */
function bytesOf({ logical }: { readonly logical?: Logical | undefined }, json: unknown): unknown {
  const bytes = Buffer.from(String(expected(json, typeof json === 'string', 'a text')), 'latin1')
  return logical?.kind === 'decimal' ? decimalOf(bytes, logical.scale) : new Uint8Array(bytes)
}

function listOf(items: AvroType, json: unknown): unknown {
  if (!Array.isArray(json)) throw misfit(json, 'a list')
  return json.map((item: unknown) => resolvedDefault(items, item))
}

function mapOf(values: AvroType, json: unknown): unknown {
  if (!isRecord(json)) throw misfit(json, 'an object')
  const map: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(json))
    putOwn(map, name, resolvedDefault(values, value))
  return map
}

/** The specification once allowed the first type only, and now any. */
function firstThatFits(branches: readonly AvroType[], json: unknown): unknown {
  for (const branch of branches) {
    try {
      return resolvedDefault(branch, json)
    } catch {
      // Perhaps the next one.
    }
  }
  throw misfit(json, `one of ${branches.map(({ kind }) => kind).join(', ')}`)
}

function recordOf(type: RecordType, json: unknown): unknown {
  if (!isRecord(json)) throw misfit(json, `${type.name}, a record`)
  const record: Record<string, unknown> = {}
  for (const { name, type: inner, defaultJson } of type.fields) {
    const own = ownValue(json, name)
    try {
      putOwn(record, name, resolvedDefault(inner, own === undefined ? defaultJson : own))
    } catch (error) {
      throw within(error, name)
    }
  }
  return record
}

function expected(json: unknown, isSo: boolean, what: string): unknown {
  if (isSo) return json
  throw misfit(json, what)
}

function misfit(json: unknown, what: string): FormatError {
  const given = (JSON.stringify(json) ?? 'nothing').slice(0, 100)
  return new FormatError('FORMAT_SETTINGS', `the default is ${given}, and has to be ${what}.`)
}

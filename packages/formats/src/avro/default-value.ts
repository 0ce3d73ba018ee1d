import type { AvroField, AvroType } from './avro-type.ts'

/**
 * What is written for a field that the value does not have: its default, else null where that may
 * be. `undefined` where there is neither.
 */
export function defaultValue({ type, defaultJson }: AvroField): unknown {
  if (defaultJson !== undefined) return fromJson(type, defaultJson)
  const mayBeNull = type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null')
  return mayBeNull || type.kind === 'null' ? null : undefined
}

/** Defaults are JSON, in which bytes stand as text of characters up to U+00FF. */
function fromJson(type: AvroType, json: unknown): unknown {
  if ((type.kind === 'bytes' || type.kind === 'fixed') && typeof json === 'string') {
    return Buffer.from(json, 'latin1')
  }
  return json
}

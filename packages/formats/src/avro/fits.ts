import { isRecord, ownValue } from '../own-property.ts'
import type { AvroType, Logical } from './avro-type.ts'
import { decimalBytes, toNumber } from './logical-value.ts'
import { isWhole } from './whole.ts'

/** Levels that are looked at to tell the branches of a union apart. */
const depthMax = 4

/** Whether a value can be written as that type, as far as can be seen without going all the way down. */
export function fits(type: AvroType, value: unknown, depth: number): boolean {
  if (depth > depthMax) return true
  switch (type.kind) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
    case 'long':
      if (typeof value === 'string' && !isDate(type.logical, value)) return false
      return isWhole(toNumber(value, type.logical), type.kind)
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'enum':
      return typeof value === 'string' && type.symbols.includes(value)
    case 'bytes':
    case 'fixed':
      return fitsBytes({ logical: type.logical, ...('size' in type && { size: type.size }) }, value)
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(type.items, item, depth + 1))
    case 'map':
      return (
        isPlain(value) && Object.values(value).every((one) => fits(type.values, one, depth + 1))
      )
    case 'union':
      return type.branches.some((branch) => fits(branch, value ?? null, depth + 1))
    case 'record':
      return (
        isPlain(value) &&
        type.fields.every(({ name, type: inner, defaultJson }) => {
          const own = ownValue(value, name)
          return own === undefined && defaultJson !== undefined ? true : fits(inner, own, depth + 1)
        })
      )
  }
}

function fitsBytes({ logical, size }: SizedBytes, value: unknown): boolean {
  if (logical?.kind === 'decimal') return decimalBytes(value, logical.scale, size) !== undefined
  return value instanceof Uint8Array && (size === undefined || value.length === size)
}

interface SizedBytes {
  readonly logical?: Logical | undefined
  readonly size?: number
}

function isDate(logical: Logical | undefined, text: string): boolean {
  return logical?.kind === 'date' && /^-?\d{4,6}-\d\d-\d\d$/.test(text)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !(value instanceof Uint8Array)
}

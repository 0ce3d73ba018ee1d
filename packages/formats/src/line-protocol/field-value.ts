import { NodeError } from '@millrace/sdk'
import { quote } from './escape.ts'
import { plainText } from './plain-text.ts'

export type FieldType = 'auto' | 'float' | 'integer' | 'boolean' | 'string'

/** The value as line protocol has it, or `undefined` for none. Throws for one that does not fit. */
export function fieldValue(value: unknown, type: FieldType, name: string): string | undefined {
  if (value === null || value === undefined) return undefined
  const text = writers[type](value)
  if (text !== undefined) return text
  throw new NodeError('INFLUXDB_BAD_VALUE', `The field "${name}" ${complaint(value, type)}.`)
}

type Write = (value: unknown) => string | undefined

const writers: Readonly<Record<FieldType, Write>> = {
  auto: (value) => {
    switch (typeof value) {
      case 'number':
        return Number.isFinite(value) ? String(value) : undefined
      case 'boolean':
        return value ? 'true' : 'false'
      case 'string':
        return quote(value)
      case 'bigint':
        return integer(value)
      default:
        return undefined
    }
  },
  float: (value) => {
    const number = numberOf(value)
    return number !== undefined && Number.isFinite(number) ? String(number) : undefined
  },
  integer: (value) => {
    if (typeof value === 'bigint') return integer(value)
    if (typeof value === 'string' && /^[+-]?\d{1,25}$/.test(value)) return integer(BigInt(value))
    const number = numberOf(value)
    return Number.isInteger(number) ? integer(BigInt(number ?? 0)) : undefined
  },
  boolean: (value) => {
    if (value === true || value === 'true' || value === 1) return 'true'
    return value === false || value === 'false' || value === 0 ? 'false' : undefined
  },
  string: (value) => quote(plainText(value)),
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined
}

function integer(value: bigint): string | undefined {
  return value >= -(2n ** 63n) && value < 2n ** 63n ? `${value}i` : undefined
}

function complaint(value: unknown, type: FieldType): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return `is ${value}, which InfluxDB does not store`
  }
  if (typeof value === 'object') {
    const what = Array.isArray(value) ? 'a list' : 'an object'
    return `is ${what}; choose a value inside it, such as payload.value`
  }
  const shown = plainText(value).slice(0, 50)
  return `is ${shown}, which is no ${type === 'auto' ? 'value that InfluxDB stores' : type}`
}

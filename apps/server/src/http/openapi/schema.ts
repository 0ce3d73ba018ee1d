import { isRecord, memberPath } from '@millrace/flow'

/** The part of JSON Schema (2020-12) that the API's description uses. */
export type Schema = { readonly $ref: string } | { readonly anyOf: readonly Schema[] } | TypedSchema

export interface TypedSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly enum?: readonly (string | number)[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
}

export type Schemas = Readonly<Record<string, Schema>>

export interface Mismatch {
  readonly path: string
  readonly message: string
}

/** The first place where a value is not as its schema says; null where it is. */
export function findMismatch(
  value: unknown,
  schema: Schema,
  where: { readonly path: string; readonly schemas: Schemas },
): Mismatch | null {
  if ('$ref' in schema) {
    const target = where.schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)]
    if (target === undefined) throw new Error(`There is no schema ${schema.$ref}`)
    return findMismatch(value, target, where)
  }
  if ('anyOf' in schema) {
    const results = schema.anyOf.map((option) => findMismatch(value, option, where))
    return results.includes(null) ? null : (results[0] ?? null)
  }
  return checkTyped(value, schema, where)
}

type Where = { readonly path: string; readonly schemas: Schemas }

function checkTyped(value: unknown, schema: TypedSchema, where: Where): Mismatch | null {
  const wrong = checkType(value, schema) ?? checkBounds(value, schema)
  if (wrong !== null) return { path: where.path, message: wrong }
  if (Array.isArray(value)) return checkItems(value, schema, where)
  return isRecord(value) ? checkProperties(value, schema, where) : null
}

function checkType(value: unknown, { type, enum: options }: TypedSchema): string | null {
  if (options && !options.some((option) => option === value)) {
    return `must be one of ${options.join(', ')}`
  }
  if (type === undefined || isOfType(value, type)) return null
  return value === undefined ? 'is missing' : `must be ${articles[type]}`
}

const articles = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
}

function isOfType(value: unknown, type: NonNullable<TypedSchema['type']>): boolean {
  if (type === 'object') return isRecord(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isSafeInteger(value)
  if (type === 'null') return value === null
  return typeof value === type
}

function checkBounds(value: unknown, schema: TypedSchema): string | null {
  if (typeof value === 'number') {
    const isLow = schema.minimum !== undefined && value < schema.minimum
    const isHigh = schema.maximum !== undefined && value > schema.maximum
    return isLow || isHigh ? `must be from ${schema.minimum} to ${schema.maximum}` : null
  }
  if (Array.isArray(value)) {
    const isLong = schema.maxItems !== undefined && value.length > schema.maxItems
    return isLong ? `must have at most ${schema.maxItems} entries` : null
  }
  if (typeof value !== 'string') return null
  if (schema.minLength !== undefined && value.length < schema.minLength) return 'must not be empty'
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    return `must have at most ${schema.maxLength} characters`
  }
  const isAlike = schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)
  return isAlike ? null : `must match ${schema.pattern}`
}

function checkItems(
  list: readonly unknown[],
  { items }: TypedSchema,
  where: Where,
): Mismatch | null {
  if (!items) return null
  for (const [index, item] of list.entries()) {
    const found = findMismatch(item, items, { ...where, path: `${where.path}[${index}]` })
    if (found) return found
  }
  return null
}

function checkProperties(
  record: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = true }: TypedSchema,
  where: Where,
): Mismatch | null {
  for (const name of required) {
    const path = memberPath(where.path, name)
    if (!Object.hasOwn(record, name)) return { path, message: 'is missing' }
  }
  for (const [name, item] of Object.entries(record)) {
    const path = memberPath(where.path, name)
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (!known && additionalProperties === false) return { path, message: 'is not known here' }
    const schema = known ?? (typeof additionalProperties === 'object' ? additionalProperties : null)
    const found = schema && findMismatch(item, schema, { ...where, path })
    if (found) return found
  }
  return null
}

import type { Type } from '../functions/definition.ts'

const names: Readonly<Record<Type, string>> = {
  any: 'a value',
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  text: 'text',
  list: 'a list',
  map: 'a map',
  bytes: 'bytes',
}

/** "a number", "text or a list": types as a sentence has them. */
export function nameTypes(types: readonly Type[]): string {
  const words = types.map((type) => names[type])
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`
}

export function typeOfLiteral(value: null | boolean | number | string): Type {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'number' : 'boolean'
}

/** Whether a value of one type may be what is wanted: `any` and null may always be. */
export function mayBe(type: Type, wanted: readonly Type[]): boolean {
  return type === 'any' || type === 'null' || wanted.includes('any') || wanted.includes(type)
}

/** The type of a value that is one or the other. */
export function join(left: Type, right: Type): Type {
  if (left === right || right === 'null') return left
  return left === 'null' ? right : 'any'
}

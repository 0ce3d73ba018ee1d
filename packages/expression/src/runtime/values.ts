/** What a value is while an expression runs. `other` is what no operator knows: dates, functions. */
export type Kind = 'null' | 'boolean' | 'number' | 'text' | 'list' | 'map' | 'bytes' | 'other'

/** A list as it came in the message: its elements are not checked. */
export type List = readonly unknown[]
export type ValueMap = Readonly<Record<string, unknown>>

export function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value !== 'object') return 'other'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Uint8Array) return 'bytes'
  return value instanceof Date ? 'other' : 'map'
}

export function isList(value: unknown): value is List {
  return Array.isArray(value)
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

export function isMap(value: unknown): value is ValueMap {
  return kindOf(value) === 'map'
}

/** A property that the message itself has. */
export function readRoot(message: object, name: string): unknown {
  return Object.hasOwn(message, name) ? nullFor(ownValue(message, name)) : null
}

/** `object.name`: an own property of a map, else null. Nothing is ever read from a prototype. */
export function readMember(object: unknown, name: string): unknown {
  if (object === null || typeof object !== 'object' || Array.isArray(object)) return null
  if (object instanceof Uint8Array || !Object.hasOwn(object, name)) return null
  return nullFor(ownValue(object, name))
}

/** `object[index]`: text or number on a map, a whole number from 0 on a list or bytes. */
export function readIndex(object: unknown, index: unknown): unknown {
  if (typeof index === 'string') return readMember(object, index)
  if (typeof index !== 'number') return null
  if (!isList(object) && !isBytes(object)) return readMember(object, String(index))
  // A hole or an index outside finds nothing of its own and gives null.
  return Object.hasOwn(object, index) ? nullFor(object[index]) : null
}

export function nullFor(value: unknown): unknown {
  return value === undefined ? null : value
}

function ownValue(object: object, name: string): unknown {
  // The callers know that the property is there; Reflect.get would take twice as long.
  return (object as Readonly<Record<string, unknown>>)[name]
}

/** A number as the language has it: what is not finite is null. */
export function finite(value: number): number | null {
  return value - value === 0 ? value : null
}

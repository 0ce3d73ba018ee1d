import { EngineError } from '../error.ts'

/** Values nested deeper than this cannot be copied. */
export const cloneDepthMax = 200

/**
 * A copy that shares nothing that could be changed: plain objects, arrays, dates and bytes are
 * copied, everything else (functions, class instances, maps) stays what it is. A circle in the data
 * exceeds the depth and throws `MESSAGE_TOO_DEEP`, as any nesting beyond it.
 */
export function deepClone<Value>(value: Value): Value {
  // A copy has the shape of its original.
  return copy(value, 0) as Value
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > cloneDepthMax) throw tooDeep()
  if (Array.isArray(value)) return copyList(value, depth)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return copyRecord(value, depth)
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (value instanceof Date) return new Date(value)
  return value
}

function copyList(list: readonly unknown[], depth: number): unknown[] {
  const copied: unknown[] = list.slice()
  for (let index = 0; index < copied.length; index += 1) {
    const item = copied[index]
    if (typeof item === 'object' && item !== null) copied[index] = copy(item, depth + 1)
  }
  return copied
}

function copyRecord(record: object, depth: number): object {
  // Spreading copies all own properties at once and never runs a setter such as `__proto__`.
  const copied: Record<string, unknown> = { ...record }
  for (const key in copied) {
    const item = copied[key]
    if (typeof item === 'object' && item !== null) copied[key] = copy(item, depth + 1)
  }
  return copied
}

function tooDeep(): EngineError {
  const message = `The message is nested deeper than ${cloneDepthMax} levels, or contains itself.`
  return new EngineError('MESSAGE_TOO_DEEP', message)
}

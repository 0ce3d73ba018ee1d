/**
 * A copy of a JSON-like value that shares nothing with it, so that what a node keeps and what it
 * sends on may be changed apart.
 */
export function plainCopy<Value>(value: Value): Value {
  // A copy is of the kind of what it is a copy of.
  return copyOf(value) as Value
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value)
  const copy: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    if (name === '__proto__') define(copy, name, copyOf(item))
    else copy[name] = copyOf(item)
  }
  return copy
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

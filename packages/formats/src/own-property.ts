/**
 * Sets a property that is the object's own whatever its name, as `JSON.parse` does; an assignment
 * to `__proto__` would change the prototype instead.
 */
export function putOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else {
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
}

/** An own property, and nothing that objects inherit. */
export function ownValue(target: object, name: string): unknown {
  // Was found to be there just now.
  return Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

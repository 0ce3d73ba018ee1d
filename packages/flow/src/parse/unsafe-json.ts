/** Keys that could reach an object's prototype where a program is careless. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export function isForbiddenKey(key: string): boolean {
  return forbiddenKeys.has(key)
}

export interface JsonBounds {
  /** Objects and lists inside one another. */
  readonly depth: number
  /** Characters of one text. */
  readonly textCharacters: number
  /** Values in all. */
  readonly values: number
}

export interface UnsafeJson {
  readonly code: 'TOO_DEEP' | 'TOO_LONG' | 'TOO_MANY' | 'KEY_FORBIDDEN' | 'NOT_JSON'
  /** Such as `payload.rows[3]`. */
  readonly path: string
  /** The rest of a sentence that starts with the path. */
  readonly message: string
}

/**
 * The first thing in a value that is not harmless JSON: nested too deeply, too long, with a key
 * such as `__proto__`, or no JSON at all. Null where nothing is.
 */
export function findUnsafeJson(
  value: unknown,
  path: string,
  bounds: JsonBounds,
): UnsafeJson | null {
  const budget = { values: bounds.values }
  return inspect(value, path, { bounds, budget, depth: 1 })
}

interface Inspection {
  readonly bounds: JsonBounds
  readonly budget: { values: number }
  readonly depth: number
}

function inspect(value: unknown, path: string, inspection: Inspection): UnsafeJson | null {
  const { bounds, budget } = inspection
  budget.values -= 1
  if (budget.values < 0) {
    return { code: 'TOO_MANY', path, message: `holds more than ${bounds.values} values` }
  }
  if (typeof value === 'string') return inspectText(value, path, bounds)
  if (typeof value === 'number' && !Number.isFinite(value)) return notJson(path, 'a finite number')
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return null
  if (typeof value !== 'object') return notJson(path, 'a JSON value')
  if (inspection.depth > bounds.depth) {
    return { code: 'TOO_DEEP', path, message: `is nested more than ${bounds.depth} levels deep` }
  }
  const inside = { ...inspection, depth: inspection.depth + 1 }
  return Array.isArray(value)
    ? inspectList(value, path, inside)
    : inspectObject(value, path, inside)
}

function inspectText(text: string, path: string, bounds: JsonBounds): UnsafeJson | null {
  if (text.length <= bounds.textCharacters) return null
  return { code: 'TOO_LONG', path, message: `is longer than ${bounds.textCharacters} characters` }
}

function notJson(path: string, wanted: string): UnsafeJson {
  return { code: 'NOT_JSON', path, message: `must be ${wanted}` }
}

function inspectList(
  list: readonly unknown[],
  path: string,
  inside: Inspection,
): UnsafeJson | null {
  for (const [index, item] of list.entries()) {
    const found = inspect(item, `${path}[${index}]`, inside)
    if (found) return found
  }
  return null
}

function inspectObject(object: object, path: string, inside: Inspection): UnsafeJson | null {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) return notJson(path, 'a plain object')
  for (const [key, item] of Object.entries(object)) {
    const place = memberPath(path, key)
    if (isForbiddenKey(key)) {
      return { code: 'KEY_FORBIDDEN', path: place, message: 'is a key that is not allowed' }
    }
    const found = inspect(item, place, inside)
    if (found) return found
  }
  return null
}

/** Key texts are cut, so that a hostile one does not fill the answer. */
export function memberPath(path: string, key: string): string {
  const shown = key.length > 100 ? `${key.slice(0, 100)}…` : key
  if (!/^[\w$-]+$/.test(shown)) return `${path}[${JSON.stringify(shown)}]`
  return path === '' ? shown : `${path}.${shown}`
}

import { spend, spendFor } from '../runtime/meter.ts'
import {
  add,
  contained,
  equal,
  isAtLeast,
  isAtMost,
  isLess,
  isMore,
  notEqual,
} from '../runtime/operators.ts'
import {
  isBytes,
  isList,
  isMap,
  nullFor,
  readIndex,
  readMember,
  readRoot,
} from '../runtime/values.ts'
import type { List } from '../runtime/values.ts'
import { templateText } from '../runtime/text.ts'

/** What a comprehension goes through: the elements of a list, the keys of a map, else nothing. */
export function itemsOf(target: unknown): List | null {
  if (isList(target)) return target
  return isMap(target) ? Object.keys(target) : null
}

/** A map of keys and values in turn. Entries whose key is null, or `__proto__`, are left out. */
export function mapOf(parts: List): object {
  const map: Record<string, unknown> = {}
  for (let index = 0; index < parts.length; index += 2) {
    const key = parts[index]
    const isKey = typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean'
    if (isKey && key !== '__proto__') map[String(key)] = nullFor(parts[index + 1])
  }
  return map
}

/** Everything that generated code may call; it sees nothing else. */
export const runtime = {
  add,
  isLess,
  isAtMost,
  isMore,
  isAtLeast,
  contained,
  equal,
  notEqual,
  readRoot,
  readMember,
  readIndex,
  isList,
  isBytes,
  isMap,
  itemsOf,
  mapOf,
  spend,
  spendFor,
  templateText,
  hasOwn: Object.hasOwn,
  prototypeOf: Object.getPrototypeOf,
  objectPrototype: Object.prototype,
} as const

import { maxDataDepth, maxListLength, maxTextLength } from '../limits.ts'
import { OutOfSteps, spend } from './meter.ts'
import type { Meter } from './meter.ts'
import { finite, isBytes, isList, isMap } from './values.ts'
import type { List, ValueMap } from './values.ts'

/**
 * What each operator means, for operands of any kind. Both back ends call these, except where the
 * generated code writes the case of two numbers in place.
 */

/** Numbers add, texts join (a number or boolean beside a text is written out), lists join. */
export function add(left: unknown, right: unknown, meter: Meter): unknown {
  if (typeof left === 'number' && typeof right === 'number') return finite(left + right)
  if (typeof left === 'string' || typeof right === 'string') return joinTexts(left, right, meter)
  return isList(left) && isList(right) ? joinLists(left, right, meter) : null
}

export function subtract(left: unknown, right: unknown): number | null {
  return typeof left === 'number' && typeof right === 'number' ? finite(left - right) : null
}

export function multiply(left: unknown, right: unknown): number | null {
  return typeof left === 'number' && typeof right === 'number' ? finite(left * right) : null
}

/** Division by zero has no result: null. */
export function divide(left: unknown, right: unknown): number | null {
  return typeof left === 'number' && typeof right === 'number' ? finite(left / right) : null
}

/** The remainder has the sign of the left operand, as in SQL and JavaScript. */
export function remainder(left: unknown, right: unknown): number | null {
  return typeof left === 'number' && typeof right === 'number' ? finite(left % right) : null
}

export function negate(operand: unknown): number | null {
  return typeof operand === 'number' ? finite(-operand) : null
}

export function not(operand: unknown): boolean | null {
  return typeof operand === 'boolean' ? !operand : null
}

export type Order = '<' | '<=' | '>' | '>='

/** Two numbers or two texts (by code unit) have an order; anything else is unknown. */
export function isLess(left: unknown, right: unknown): boolean | null {
  if (typeof left === 'number' && typeof right === 'number') {
    return left < right ? true : left >= right ? false : null
  }
  return typeof left === 'string' && typeof right === 'string' ? left < right : null
}

export function isAtMost(left: unknown, right: unknown): boolean | null {
  if (typeof left === 'number' && typeof right === 'number') {
    return left <= right ? true : left > right ? false : null
  }
  return typeof left === 'string' && typeof right === 'string' ? left <= right : null
}

export function isMore(left: unknown, right: unknown): boolean | null {
  return isLess(right, left)
}

export function isAtLeast(left: unknown, right: unknown): boolean | null {
  return isAtMost(right, left)
}

/** `left == right`, neither of which is the literal null: unknown where either is null. */
export function equal(left: unknown, right: unknown, meter: Meter): boolean | null {
  if (left === null || right === null) return null
  return isSame(left, right, { meter, depth: 0 })
}

export function notEqual(left: unknown, right: unknown, meter: Meter): boolean | null {
  const result = equal(left, right, meter)
  return result === null ? null : !result
}

/** `item in list` as SQL's IN: unknown where a null element might be it. `key in map` for keys. */
export function contained(item: unknown, container: unknown, meter: Meter): boolean | null {
  if (item === null) return null
  if (isList(container)) return inList(item, container, meter)
  if (!isMap(container)) return null
  const isKey = typeof item === 'string' || typeof item === 'number'
  return isKey ? Object.hasOwn(container, String(item)) : null
}

/** Deep equality; a null inside a list or map equals another null. */
export function isSame(
  left: unknown,
  right: unknown,
  { meter, depth }: { meter: Meter; depth: number },
): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') return isBothNull(left, right)
  if (left === null || right === null) return isBothNull(left, right)
  if (depth > maxDataDepth) throw new OutOfSteps('The data is nested too deeply to compare')
  const inside = { meter, depth: depth + 1 }
  if (isList(left) && isList(right)) return isSameList(left, right, inside)
  if (isBytes(left) && isBytes(right)) return isSameBytes(left, right, meter)
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  return isMap(left) && isMap(right) && isSameMap(left, right, inside)
}

function joinTexts(left: unknown, right: unknown, meter: Meter): string | null {
  const before = asWord(left)
  const after = asWord(right)
  if (before === null || after === null) return null
  const length = before.length + after.length
  spend(meter, 1 + (length >> 4))
  return length > maxTextLength ? null : before + after
}

function asWord(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return value - value === 0 ? String(value) : null
  return typeof value === 'boolean' ? String(value) : null
}

function joinLists(left: List, right: List, meter: Meter): List | null {
  const length = left.length + right.length
  spend(meter, 1 + length)
  return length > maxListLength ? null : [...left, ...right]
}

function inList(item: unknown, list: List, meter: Meter): boolean | null {
  let isUnknown = false
  for (const element of list) {
    spend(meter, 1)
    if (element === null || element === undefined) isUnknown = true
    else if (isSame(item, element, { meter, depth: 0 })) return true
  }
  return isUnknown ? null : false
}

function isBothNull(left: unknown, right: unknown): boolean {
  return (left === null || left === undefined) && (right === null || right === undefined)
}

function isSameList(left: List, right: List, inside: { meter: Meter; depth: number }): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    spend(inside.meter, 1)
    if (!isSame(left[index], right[index], inside)) return false
  }
  return true
}

function isSameBytes(left: Uint8Array, right: Uint8Array, meter: Meter): boolean {
  if (left.length !== right.length) return false
  spend(meter, 1 + (left.length >> 4))
  return left.every((byte, index) => byte === right[index])
}

function isSameMap(
  left: ValueMap,
  right: ValueMap,
  inside: { meter: Meter; depth: number },
): boolean {
  const keys = Object.keys(left)
  spend(inside.meter, 1 + keys.length)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key], inside))
}

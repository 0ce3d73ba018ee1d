import type { Accumulator } from './accumulator.ts'
import { addHash, estimate, mergeRegisters, newRegisters } from './hyperloglog.ts'
import { hashText } from './hash-text.ts'
import { tokenOf } from './token.ts'

/** Up to this many different values are counted exactly. */
export const exactMax = 4096

/** The values themselves, or, when there are too many, HyperLogLog's registers; null for none. */
type Distinct = Set<string | number> | Uint8Array | null

/** How many different values there are: exact up to `exactMax`, then within about 1 %. */
export const distinct: Accumulator = {
  isNumeric: false,
  initial: [null],
  add: (slots, at, value) => {
    const state = slots[at] as Distinct
    const token = tokenOf(value)
    if (state === null) slots[at] = new Set([token])
    else if (!(state instanceof Set)) addHash(state, hashText(String(token)))
    else if (state.add(token).size > exactMax) slots[at] = registersOf(state)
  },
  merge: (slots, at, from, fromAt) => {
    slots[at] = merged(slots[at] as Distinct, from[fromAt] as Distinct)
  },
  result: (slots, at) => {
    const state = slots[at] as Distinct
    if (state === null) return 0
    return state instanceof Set ? state.size : estimate(state)
  },
}

function merged(into: Distinct, from: Distinct): Distinct {
  if (from === null) return into
  if ((into === null || into instanceof Set) && from instanceof Set) {
    const values = into ?? new Set()
    for (const token of from) values.add(token)
    return values.size > exactMax ? registersOf(values) : values
  }
  const registers = into instanceof Uint8Array ? into : registersOf(into ?? new Set())
  mergeRegisters(registers, from instanceof Set ? registersOf(from) : from)
  return registers
}

function registersOf(values: ReadonlySet<string | number>): Uint8Array {
  const registers = newRegisters()
  for (const token of values) addHash(registers, hashText(String(token)))
  return registers
}

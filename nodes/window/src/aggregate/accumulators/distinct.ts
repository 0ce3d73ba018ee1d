import type { Accumulator } from './accumulator.ts'
import { addHash, estimate, mergeRegisters, newRegisters } from './hyperloglog.ts'
import { hashText } from './hash-text.ts'

/** Up to this many different values are counted exactly. */
export const exactMax = 4096

/** The values themselves, or, when there are too many, HyperLogLog's registers. */
type Distinct = Set<string | number> | Uint8Array

/** How many different values there are: exact up to `exactMax`, then within about 1 %. */
export const distinct: Accumulator<Distinct> = {
  isNumeric: false,
  create: () => new Set(),
  add: (state, value) => {
    const token = tokenOf(value)
    if (!(state instanceof Set)) {
      addHash(state, hashText(String(token)))
      return state
    }
    state.add(token)
    return state.size > exactMax ? registersOf(state) : state
  },
  merge: (into, from) => {
    if (into instanceof Set && from instanceof Set) {
      for (const token of from) into.add(token)
      return into.size > exactMax ? registersOf(into) : into
    }
    const registers = into instanceof Set ? registersOf(into) : into
    mergeRegisters(registers, from instanceof Set ? registersOf(from) : from)
    return registers
  },
  result: (state) => (state instanceof Set ? state.size : estimate(state)),
}

/** Equal for equal values only: numbers stand for themselves, all else for a text that says its type. */
function tokenOf(value: unknown): string | number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return value.length > 1000 ? `#${digest(value)}` : `'${value}`
  return JSON.stringify(value) ?? ''
}

/** Long texts are kept by length and two hashes, so that a state stays small. */
function digest(text: string): string {
  const middle = text.length >> 1
  return `${text.length}:${hashText(text)}:${hashText(text.slice(middle) + text.slice(0, middle))}`
}

function registersOf(values: ReadonlySet<string | number>): Uint8Array {
  const registers = newRegisters()
  for (const token of values) addHash(registers, hashText(String(token)))
  return registers
}

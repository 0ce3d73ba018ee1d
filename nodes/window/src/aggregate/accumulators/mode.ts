import type { Accumulator } from './accumulator.ts'
import { tokenOf } from './token.ts'

/** Different values that are counted at a time. */
const countersMax = 1024

/** How often each value came, in the order in which they first came; null for none. */
type Counters = Map<string | number, number> | null

/**
 * The most frequent value; of several the one that came first. Exact up to `countersMax` different
 * values; beyond, whatever makes up more than a thousandth of all (Misra and Gries 1982, merged as in
 * Agarwal et al. 2012).
 */
export const mode: Accumulator = {
  isNumeric: false,
  initial: [null],
  add: (slots, at, value) => {
    const counters = (slots[at] ??= new Map()) as NonNullable<Counters>
    raise(counters, tokenOf(shortened(value)), 1)
    if (counters.size > countersMax) slots[at] = thinned(counters)
  },
  merge: (slots, at, from, fromAt) => {
    const others = from[fromAt] as Counters
    if (others === null) return
    const counters = (slots[at] ??= new Map()) as NonNullable<Counters>
    for (const [token, times] of others) raise(counters, token, times)
    if (counters.size > countersMax) slots[at] = thinned(counters)
  },
  result: (slots, at) => {
    let most = 0
    let found: string | number | undefined
    for (const [token, times] of (slots[at] as Counters) ?? []) {
      if (times <= most) continue
      most = times
      found = token
    }
    return found === undefined ? null : valueOf(found)
  },
}

function raise(counters: Map<string | number, number>, token: string | number, by: number): void {
  counters.set(token, (counters.get(token) ?? 0) + by)
}

/** Takes off from all what the first one too many has, which leaves at most `countersMax`. */
function thinned(counters: ReadonlyMap<string | number, number>): Map<string | number, number> {
  const sorted = [...counters.values()].toSorted((one, other) => other - one)
  const off = sorted[countersMax] ?? 0
  const left = new Map<string | number, number>()
  for (const [token, times] of counters) if (times > off) left.set(token, times - off)
  return left
}

/** The value is given back, so it is kept itself, but not at any length. */
function shortened(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 1000) : value
}

function valueOf(token: string | number): unknown {
  if (typeof token === 'number') return token
  return token.startsWith("'") ? token.slice(1) : JSON.parse(token)
}

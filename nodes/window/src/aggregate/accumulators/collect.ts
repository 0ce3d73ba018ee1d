import type { Accumulator, AggregateSettings } from './accumulator.ts'

/** The values as a list, in the order in which they came; those over the limit are left out. */
export function collect({ most }: AggregateSettings): Accumulator {
  return {
    isNumeric: false,
    initial: [null],
    add: (slots, at, value) => {
      const list = (slots[at] ??= []) as unknown[]
      if (list.length < most) list.push(value)
    },
    merge: (slots, at, from, fromAt) => {
      const more = from[fromAt] as unknown[] | null
      if (more === null) return
      const list = (slots[at] ??= []) as unknown[]
      for (const value of more) {
        if (list.length >= most) return
        list.push(value)
      }
    },
    result: (slots, at) => [...((slots[at] as unknown[] | null) ?? [])],
  }
}

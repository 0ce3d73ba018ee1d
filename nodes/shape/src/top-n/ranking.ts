import type { StateKey } from '../keys/state-key.ts'

/** What messages are ranked by: numbers come before texts. */
export type Value = number | string

/** Something in a ranking. */
export interface Placed {
  /** Under which its message is kept. */
  readonly id: StateKey
  readonly value: Value
  /** Grows in the order in which messages came. */
  readonly number: number
}

export interface Rules {
  readonly n: number
  readonly order: 'highest' | 'lowest'
  readonly ties: 'earlier' | 'later' | 'all'
}

/** One ranking, always in order. */
export class Ranking {
  private readonly rules: Rules
  private readonly places: Placed[] = []

  constructor(rules: Rules) {
    this.rules = rules
  }

  get size(): number {
    return this.places.length
  }

  insert(placed: Placed): void {
    this.places.splice(this.indexOf(placed), 0, placed)
  }

  remove(placed: Placed): void {
    const at = this.indexOf(placed)
    if (this.places[at]?.id === placed.id) this.places.splice(at, 1)
  }

  /** The places that count, first to last. */
  top(): readonly Placed[] {
    return this.places.slice(0, this.cut())
  }

  /** Takes out what has no place, last first. */
  takeRest(): readonly Placed[] {
    return this.places.splice(this.cut())
  }

  /** The rank of each of them, from 1; those who share a place have the same. */
  ranksOf(top: readonly Placed[]): readonly number[] {
    let rank = 0
    return top.map(({ value }, index) => {
      const shares = this.rules.ties === 'all' && index > 0 && value === top[index - 1]?.value
      if (!shares) rank = index + 1
      return rank
    })
  }

  isBetter(value: Value, than: Value): boolean {
    return compareValues(value, than, this.rules.order) < 0
  }

  private cut(): number {
    const { n, ties } = this.rules
    const last = this.places[n - 1]
    if (ties !== 'all' || last === undefined) return n
    let cut = n
    while (this.places[cut]?.value === last.value) cut += 1
    return cut
  }

  /** Where it stands, or would stand. */
  private indexOf(placed: Placed): number {
    let [from, to] = [0, this.places.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const at = this.places[middle]
      if (at !== undefined && this.isBefore(at, placed)) from = middle + 1
      else to = middle
    }
    return from
  }

  private isBefore(one: Placed, other: Placed): boolean {
    const { order, ties } = this.rules
    const difference = compareValues(one.value, other.value, order)
    if (difference !== 0) return difference < 0
    return ties === 'later' ? one.number > other.number : one.number < other.number
  }
}

/** Less than 0 when the first ranks before the second. */
function compareValues(one: Value, other: Value, order: Rules['order']): number {
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1
  if (one === other) return 0
  return one < other === (order === 'lowest') ? -1 : 1
}

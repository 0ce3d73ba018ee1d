import type { KeyedState } from '@millrace/sdk'
import type { Notice } from './groups.ts'

/** Notices that are due, in order, until the receiver has them. */
export class Outbox {
  private readonly state: KeyedState<Notice>
  private numbers: number[]
  private next: number
  private items = 0

  constructor(state: KeyedState<Notice>) {
    this.state = state
    this.numbers = [...state.keys()].map(Number).toSorted((one, two) => one - two)
    this.next = (this.numbers.at(-1) ?? 0) + 1
    for (const number of this.numbers) this.items += state.get(number)?.items.length ?? 0
  }

  /** Of items. */
  get size(): number {
    return this.items
  }

  /** Of notices. */
  get length(): number {
    return this.numbers.length
  }

  push(notice: Notice): void {
    this.state.set(this.next, notice)
    this.numbers.push(this.next)
    this.next += 1
    this.items += notice.items.length
  }

  first(count: number): readonly Notice[] {
    return this.numbers.slice(0, count).flatMap((number) => this.state.get(number) ?? [])
  }

  removeFirst(count: number): void {
    for (const number of this.numbers.splice(0, count)) {
      this.items -= this.state.get(number)?.items.length ?? 0
      this.state.delete(number)
    }
  }
}

import type { KeyedState } from '@millrace/sdk'
import type { Slicing } from '@millrace/sdk/windows'
import type { Fold } from '../fold.ts'
import type { Key, WindowResult } from './windows.ts'

/** Groups that are remembered; further ones give results only where they have messages. */
const knownMax = 10_000

/** Windows in a row without any message, at one advance of time; the rest is skipped. */
const emptyMax = 1000

/** Start of the first and of the last pane in which a group had a message. */
export type Known = readonly [first: number, last: number]

export interface EmptyRowsParts {
  readonly fold: Fold
  readonly known: KeyedState<Known>
  /** How long a silent group is remembered. */
  readonly forgetAfterMs: number
  readonly onResult: (result: WindowResult) => void
}

/** Results of windows in which a group that is known had no message. */
export class EmptyRows {
  /** End of the next window that is looked at. */
  next = Infinity
  private readonly parts: EmptyRowsParts
  private readonly slicing: Slicing
  private readonly toldKeys = new Set<Key>()
  private emptyCount = 0

  constructor(parts: EmptyRowsParts, slicing: Slicing) {
    this.parts = parts
    this.slicing = slicing
  }

  takeUp(watermark: number): void {
    for (const [, [first]] of this.parts.known.entries()) this.expect(first, watermark)
  }

  /** A group has its first message in this pane. */
  see(key: Key, start: number, watermark: number): void {
    const { known } = this.parts
    const before = known.get(key)
    if (before === undefined) {
      if (known.size >= knownMax) return
      known.set(key, [start, start])
      this.expect(start, watermark)
    } else if (start > before[1]) {
      known.set(key, [before[0], start])
    }
  }

  /** Time goes on. */
  begin(): void {
    this.emptyCount = 0
  }

  /** The window that is being closed has messages of this group. */
  told(key: Key): void {
    this.toldKeys.add(key)
  }

  /** All windows with this end and messages have been told; no other has any before `skipTo`. */
  fire(end: number, skipTo: number): void {
    if (end < this.next) {
      this.toldKeys.clear()
      return
    }
    const { known, forgetAfterMs } = this.parts
    this.emptyCount = this.toldKeys.size > 0 ? 0 : this.emptyCount + 1
    const isSkipped = this.emptyCount > emptyMax
    for (const [key, [first, last]] of known.entries()) {
      if (last + forgetAfterMs < end) known.delete(key)
      else if (!isSkipped && first < end && !this.toldKeys.has(key)) this.tell(key, end)
    }
    this.toldKeys.clear()
    const after = isSkipped ? Math.max(end, skipTo) : end
    this.next = known.size === 0 ? Infinity : this.slicing.endAfter(after)
  }

  private expect(start: number, watermark: number): void {
    const firstEnd = this.slicing.endAfter(this.slicing.paneEnd(start) - 1)
    const end = firstEnd - 1 > watermark ? firstEnd : this.slicing.endAfter(watermark + 1)
    this.next = Math.min(this.next, end)
  }

  private tell(key: Key, end: number): void {
    const slots = this.parts.fold.create([])
    const start = this.slicing.windowStart(end)
    const rest = { slots, at: 0, until: end, isEarly: false }
    this.parts.onResult({ key, start, end, time: end - 1, ...rest })
  }
}

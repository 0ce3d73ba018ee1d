import { floorTo } from '@millrace/sdk/windows'
import type { Early, Key } from './windows.ts'

/** Groups with news since their last result, to be told when time comes to the next mark. */
export class EarlyKeys {
  private readonly everyMs: number
  private readonly keys = new Set<Key>()

  constructor(early: Early | undefined) {
    this.everyMs = early?.everyMs ?? Infinity
  }

  add(key: Key): void {
    if (this.everyMs !== Infinity) this.keys.add(key)
  }

  delete(key: Key): void {
    this.keys.delete(key)
  }

  /** The watermark at which groups are to be told, after this one. */
  nextAfter(watermark: number): number {
    if (this.keys.size === 0 || watermark === -Infinity) return Infinity
    return floorTo(watermark + 1, this.everyMs, 0) + this.everyMs - 1
  }

  /** The groups to tell when the watermark grows so far, after which they have no news. */
  take(before: number, watermark: number): readonly Key[] {
    if (this.nextAfter(before) > watermark) return []
    const keys = [...this.keys]
    this.keys.clear()
    return keys
  }
}

import { NodeError } from '@millrace/sdk'
import type { States } from '../fold.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

export interface Counted {
  count: number
  readonly states: States
}

/** Groups with a window that is not full; messages that would need more leave by the error port. */
const groupsMax = 5_000_000

/** Windows of a number of messages of a group, in the order in which they come. They know no time. */
export class CountWindows implements Windows {
  readonly nextAt = Infinity
  private readonly parts: WindowParts<Counted>
  private readonly size: number

  constructor(parts: WindowParts<Counted>, size: number) {
    this.parts = parts
    this.size = size
  }

  takeUp(): void {
    // Nothing here waits for time.
  }

  advance(): void {
    // A window that is not full never has a result.
  }

  add(key: Key, time: number): boolean {
    const { fold, groups } = this.parts
    const counted = groups.get(key) ?? this.open()
    counted.count += 1
    fold.add(counted.states, time)
    if (counted.count < this.size) {
      groups.set(key, counted)
      return true
    }
    groups.delete(key)
    this.parts.onResult({ key, start: null, end: null, time, states: counted.states })
    return true
  }

  private open(): Counted {
    const { fold, groups } = this.parts
    if (groups.size >= groupsMax) {
      throw new NodeError('WINDOW_FULL', `There are ${groupsMax} groups open already.`)
    }
    return { count: 0, states: fold.create() }
  }
}

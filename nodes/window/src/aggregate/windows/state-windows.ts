import { NodeError } from '@millrace/sdk'
import type { Expression, Message } from '@millrace/sdk'
import type { Slots } from '../accumulators/accumulator.ts'
import { groupsMax } from './groups-max.ts'
import { Timeline } from './timeline.ts'
import type { Key, WindowParts, Windows } from './windows.ts'

/** Slots before the state: time of the first message, and of the latest. */
const head = 2

export interface StateShape {
  /** Opens a window with the message in which it holds. */
  readonly opens: Expression<boolean>
  /** Closes it with the message in which it holds; when absent, a message that does not open does. */
  readonly closes: Expression<boolean> | undefined
  /** A window that is open for so long ends; Infinity for never. */
  readonly maxMs: number
}

/**
 * Windows that open and close by what messages say, such as the cycles of a machine, in the order in
 * which messages come. Messages outside of a window count nowhere.
 */
export class StateWindows implements Windows {
  private readonly parts: WindowParts
  private readonly shape: StateShape
  private readonly fires = new Timeline()
  private opens = false
  private closes = false

  constructor(parts: WindowParts, shape: StateShape) {
    this.parts = parts
    this.shape = shape
  }

  get nextAt(): number {
    return this.fires.next - 1
  }

  takeUp(): void {
    for (const [key, slots] of this.parts.groups.entries()) this.register(key, slots)
  }

  read(message: Message): void {
    const { opens, closes } = this.shape
    this.opens = opens(message) === true
    this.closes = closes?.(message) === true
  }

  add(key: Key, time: number): boolean {
    const { groups } = this.parts
    let slots = groups.get(key)
    if (slots !== undefined && time >= this.dueOf(slots)) {
      this.tell(key, slots, this.dueOf(slots))
      slots = undefined
    }
    const isOutside = this.shape.closes === undefined && !this.opens
    if (slots === undefined) {
      if (this.opens) this.put(key, this.open(key, time), time)
    } else if (isOutside) {
      this.tell(key, slots, Math.max(time, latestOf(slots) + 1))
    } else {
      this.put(key, slots, time)
    }
    return true
  }

  advance(watermark: number): void {
    while (this.fires.next !== Infinity && this.fires.next - 1 <= watermark) {
      const due = this.fires.next
      for (const key of this.fires.take()) {
        const slots = this.parts.groups.get(key)
        // The window that was registered may have closed, and another opened.
        if (slots !== undefined && this.dueOf(slots) === due) this.tell(key, slots, due)
      }
    }
    if (watermark !== Infinity) return
    for (const [key, slots] of this.parts.groups.entries()) {
      this.tellUntilLatest(key, slots)
    }
  }

  private open(key: Key, time: number): Slots {
    const { fold, groups } = this.parts
    if (groups.size >= groupsMax) {
      throw new NodeError('WINDOW_FULL', `There are ${groupsMax} groups open already.`)
    }
    const slots = fold.create([time, time])
    this.register(key, slots)
    return slots
  }

  private put(key: Key, slots: Slots, time: number): void {
    const { fold, groups } = this.parts
    if (time > latestOf(slots)) slots[1] = time
    fold.add(slots, head, time)
    if (this.closes) this.tellUntilLatest(key, slots)
    else groups.set(key, slots)
  }

  /** It ends with its latest message. */
  private tellUntilLatest(key: Key, slots: Slots): void {
    this.tell(key, slots, latestOf(slots) + 1, null)
  }

  private tell(key: Key, slots: Slots, end: number, until: number | null = end): void {
    this.parts.groups.delete(key)
    const rest = { slots, at: head, until, isEarly: false }
    this.parts.onResult({ key, start: slots[0] as number, end, time: end - 1, ...rest })
  }

  private register(key: Key, slots: Slots): void {
    if (this.shape.maxMs !== Infinity) this.fires.add(this.dueOf(slots), key)
  }

  private dueOf(slots: Slots): number {
    return (slots[0] as number) + this.shape.maxMs
  }
}

function latestOf(slots: Slots): number {
  return slots[1] as number
}

import { NodeError } from '@millrace/sdk'
import type { KeyedState, Message } from '@millrace/sdk'

/** Index of the input: 0 is left, 1 is right. */
export type Side = 0 | 1

/** A message that waits for its partners. */
export interface Waiting {
  /** Grows in the order of arrival; also the key under which it is stored. */
  readonly order: number
  readonly side: Side
  readonly time: number
  readonly message: Message
  /** Whether it has had a partner. */
  isMatched: boolean
}

/**
 * The messages that wait, each stored under a key of its own, so that a change costs what changed
 * however many wait with it.
 */
export class WaitingMessages {
  private readonly stored: KeyedState<Waiting>
  private readonly max: number
  private nextOrder = 0

  /** Messages beyond `max` are refused and leave by the error port. */
  constructor(stored: KeyedState<Waiting>, max: number) {
    this.stored = stored
    this.max = max
  }

  /** What waited when the state was stored, in the order of arrival. To be called before `add`. */
  takeUp(): readonly Waiting[] {
    const all = [...this.stored.entries()].map(([, waiting]) => waiting)
    all.sort((one, other) => one.order - other.order)
    this.nextOrder = (all.at(-1)?.order ?? -1) + 1
    return all
  }

  add(side: Side, time: number, message: Message): Waiting {
    if (this.stored.size >= this.max) throw tooMany(this.max)
    const waiting: Waiting = { order: this.nextOrder, side, time, message, isMatched: false }
    this.nextOrder += 1
    this.stored.set(waiting.order, waiting)
    return waiting
  }

  noteMatch(waiting: Waiting): void {
    waiting.isMatched = true
    this.stored.set(waiting.order, waiting)
  }

  remove({ order }: Waiting): void {
    this.stored.delete(order)
  }
}

/** Puts a message where it belongs by time; most belong at the end. */
export function insertByTime(list: Waiting[], waiting: Waiting): void {
  if ((list.at(-1)?.time ?? -Infinity) <= waiting.time) list.push(waiting)
  else
    list.splice(
      firstAt(list, ({ time }) => time > waiting.time),
      0,
      waiting,
    )
}

/** Index of the first message whose time is not before this one. */
export function firstFrom(list: readonly Waiting[], time: number): number {
  return firstAt(list, (waiting) => waiting.time >= time)
}

/** Index of the first for which the condition holds, where it holds for all after it. */
function firstAt(list: readonly Waiting[], holds: (waiting: Waiting) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const waiting = list[middle]
    if (waiting === undefined || holds(waiting)) high = middle
    else low = middle + 1
  }
  return low
}

function tooMany(max: number): NodeError {
  return new NodeError(
    'JOIN_FULL',
    `There are ${max} messages waiting already. Does one of the inputs hold time back?`,
  )
}

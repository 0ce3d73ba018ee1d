import { NodeError } from '@millrace/sdk'
import type { JoinKey } from '../pairing/join-key.ts'
import type { JoinParts } from '../pairing/join-operator.ts'
import type { Waiting } from '../pairing/waiting-messages.ts'

/** The messages of one key in one window that has closed, those of each side by time. */
export interface ClosedWindow {
  readonly key: JoinKey | null
  readonly start: number
  readonly end: number
  readonly left: readonly Waiting[]
  readonly right: readonly Waiting[]
}

/** More pairs than that are not made of one key in one window. */
const pairsMax = 1_000_000

/** Refuses a message with which there would be too many pairs. */
export function checkPairs(lefts: number, rights: number): void {
  if (lefts * rights <= pairsMax) return
  throw new NodeError(
    'JOIN_TOO_MANY_PAIRS',
    `One key would have more than ${pairsMax} pairs in a window: is it the right key?`,
  )
}

/** Tells all windows that close at the same moment, in the order in which they began to fill. */
export function tellWindows(windows: ClosedWindow[], parts: JoinParts): void {
  if (windows.length > 1) windows.sort((one, other) => firstOrder(one) - firstOrder(other))
  for (const window of windows) tellPairs(window, parts)
}

function tellPairs({ key, start, end, left, right }: ClosedWindow, parts: JoinParts): void {
  const { isOuter, onPair } = parts
  const common = { key, time: end - 1, window: { start, end } }
  const lefts = key === null || right.length === 0 ? [] : left
  for (const one of lefts) {
    for (const other of right) onPair({ ...common, left: one.message, right: other.message })
  }
  if (isOuter[0] && lefts.length === 0) {
    for (const { message } of left) onPair({ ...common, left: message, right: undefined })
  }
  if (isOuter[1] && (key === null || left.length === 0)) {
    for (const { message } of right) onPair({ ...common, left: undefined, right: message })
  }
}

function firstOrder({ left, right }: ClosedWindow): number {
  let first = Infinity
  for (const { order } of left) first = Math.min(first, order)
  for (const { order } of right) first = Math.min(first, order)
  return first
}

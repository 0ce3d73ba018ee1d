import { NodeError } from '@millrace/sdk'
import type { Clock, Expression, Message } from '@millrace/sdk'

/** Times further from 1970 than this are no dates (ECMA-262, 21.4.1.1). */
const timeMax = 8.64e15

export function isTime(time: unknown): time is number {
  return typeof time === 'number' && Math.abs(time) <= timeMax
}

/** The message's own time, or else that of its arrival. */
export function timeOf({ time }: Message, clock: Clock): number {
  return isTime(time) ? time : clock.now()
}

export function numberIn(message: Message, value: Expression<number>): number {
  const number = value(message)
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new NodeError('DETECT_NO_NUMBER', 'The value is missing, or is not a number.')
}

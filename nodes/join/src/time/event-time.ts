import { NodeError } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'

/** Times further from 1970 than this are no dates (ECMA-262, 21.4.1.1). */
const timeMax = 8.64e15

/** The event time of a message; throws where it has none that can be used. */
export function eventTime({ time }: Message): number {
  if (typeof time === 'number' && Math.abs(time) <= timeMax) return time
  throw new NodeError('JOIN_NO_TIME', 'The message has no time that can be used.')
}

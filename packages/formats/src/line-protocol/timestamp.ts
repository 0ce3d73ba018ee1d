import { NodeError } from '@millrace/sdk'
import { plainText } from './plain-text.ts'

export type Precision = 's' | 'ms' | 'us' | 'ns'

/** Milliseconds since the epoch, or ISO 8601 text, as a timestamp of that precision. */
export function timestamp(time: unknown, precision: Precision): string {
  const timeMs = millisecondsOf(time)
  if (timeMs === undefined || !(Math.abs(timeMs) <= timeMsMax)) throw badTime(time)
  const whole = Math.floor(timeMs)
  switch (precision) {
    case 's':
      return String(Math.floor(timeMs / 1000))
    case 'ms':
      return String(whole)
    case 'us':
      return String(BigInt(whole) * 1000n + BigInt(Math.floor((timeMs - whole) * 1000)))
    case 'ns':
      return String(BigInt(whole) * 1_000_000n + BigInt(Math.floor((timeMs - whole) * 1_000_000)))
  }
}

/** Nanoseconds in 64 bits reach to the year 2262. */
const timeMsMax = 9_223_372_036_854

function millisecondsOf(time: unknown): number | undefined {
  if (typeof time === 'number') return time
  if (typeof time === 'string') return Date.parse(time)
  return time instanceof Date ? time.getTime() : undefined
}

function badTime(time: unknown): NodeError {
  if (time === null || time === undefined) {
    return new NodeError('INFLUXDB_NO_TIME', 'The message has no time.')
  }
  const shown = plainText(time).slice(0, 50)
  return new NodeError(
    'INFLUXDB_BAD_TIME',
    `The time is ${shown}, which is neither milliseconds since 1970 nor ISO 8601 text.`,
  )
}

import { isRecord, ownValue } from '../own-property.ts'
import type { ProtoMessage } from './proto-type.ts'

/** A message as it is given to flows: times and stretches of time in milliseconds, wrappers as what they wrap. */
export function fromPlain({ stands }: ProtoMessage, target: Record<string, unknown>): unknown {
  if (stands === undefined) return target
  if (stands === 'wrapper') return target['value']
  return Number(target['seconds']) * 1000 + Number(target['nanos']) / 1e6
}

/** The other way round; times may also be ISO 8601 text. What does not fit is left for the fields to refuse. */
export function toPlain({ stands }: ProtoMessage, value: unknown): unknown {
  if (stands === undefined || (isRecord(value) && ownValue(value, 'seconds') !== undefined)) {
    return value
  }
  if (stands === 'wrapper')
    return value instanceof Uint8Array || !isRecord(value) ? { value } : value
  const timeMs = typeof value === 'string' ? Date.parse(value) : value
  if (typeof timeMs !== 'number' || !Number.isFinite(timeMs)) return value
  // Of a time, nanoseconds count forward.
  const seconds = stands === 'timestamp' ? Math.floor(timeMs / 1000) : Math.trunc(timeMs / 1000)
  return { seconds, nanos: Math.round((timeMs - seconds * 1000) * 1e6) }
}

import type { Message } from '@millrace/sdk'
import { decodeKey, messageKey } from '../keys/state-key.ts'
import type { StateKey } from '../keys/state-key.ts'
import type { Value } from './ranking.ts'
import type { Entry } from './standings.ts'

/** One place of a ranking that is told. */
export interface Place {
  readonly rank: number
  readonly value: Value
  readonly message: Message
}

export interface About {
  /** Undefined where there is one ranking of all messages. */
  readonly group: { readonly key: StateKey } | undefined
  readonly time: number | undefined
  readonly window?: { readonly start: number; readonly end: number }
}

interface Ranked {
  readonly entry: Entry | undefined
  readonly rank: number | undefined
}

export function placesOf(ranked: readonly Ranked[]): readonly Place[] {
  return ranked.flatMap(({ entry, rank }) =>
    entry === undefined || rank === undefined
      ? []
      : { rank, value: entry.value, message: entry.message },
  )
}

/** The whole ranking as one message. */
export function listMessage(places: readonly Place[], { group, time, window }: About): Message {
  const top = places.map(({ rank, value, message }) => ({ rank, value, ...message }))
  const payload: Record<string, unknown> = { top, ...window }
  if (group !== undefined) payload['key'] = decodeKey(group.key)
  return withAbout({ payload }, { group, time })
}

/** One place as the message that has it, with its rank; the time is that of the stretch. */
export function eachMessage({ rank, message }: Place, { group, time, window }: About): Message {
  return withAbout(
    { ...message, rank, window },
    { group: message.key === undefined ? group : undefined, time },
  )
}

function withAbout(message: Message, { group, time }: Pick<About, 'group' | 'time'>): Message {
  const key = group === undefined ? undefined : messageKey(group.key)
  if (key !== undefined) message.key = key
  if (time !== undefined) message.time = time
  return message
}

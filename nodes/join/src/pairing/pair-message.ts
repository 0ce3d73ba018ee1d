import { NodeError } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import type { ConfigOfFields } from '@millrace/sdk/descriptor'
import { keyValue } from './join-key.ts'
import type { JoinKey } from './join-key.ts'
import type { resultFields } from './pair-fields.ts'

type ResultConfig = ConfigOfFields<typeof resultFields>

/** Two messages that belong together, or one that has no partner. */
export interface Pair {
  readonly left: Message | undefined
  readonly right: Message | undefined
  readonly key: JoinKey | null
  readonly time: number
  /** Start and end, for joins by window. */
  readonly window?: { readonly start: number; readonly end: number }
}

/** Makes the message that stands for a pair. */
export function pairMessages(config: ResultConfig): (pair: Pair) => Message {
  const payloadOf = config.shape === 'merged' ? merged(config.rightPrefix) : named(config)
  return (pair) => {
    const message: Message = { payload: payloadOf(pair), time: pair.time }
    const topic = pair.left?.topic ?? pair.right?.topic
    if (topic !== undefined) message.topic = topic
    const key = keyValue(pair.key)
    if (typeof key === 'string' || typeof key === 'number') message.key = key
    return message
  }
}

function named({ leftName, rightName }: ResultConfig): (pair: Pair) => unknown {
  if (leftName === rightName) {
    throw new NodeError('JOIN_SAME_NAME', 'Left and right need names of their own in the result.')
  }
  return ({ left, right, key, window }) => ({
    ...window,
    key: keyValue(key),
    [leftName]: left?.payload ?? null,
    [rightName]: right?.payload ?? null,
  })
}

function merged(prefix: string): (pair: Pair) => unknown {
  return ({ left, right }) => ({
    ...fieldsOf(left, 'left'),
    ...prefixed(fieldsOf(right, 'right'), prefix),
  })
}

/** A payload that is no object has no names to merge, and stands under that of its side. */
function fieldsOf(message: Message | undefined, side: string): Readonly<Record<string, unknown>> {
  if (message === undefined) return {}
  const { payload } = message
  return isRecord(payload) ? payload : { [side]: payload }
}

function prefixed(
  fields: Readonly<Record<string, unknown>>,
  prefix: string,
): Readonly<Record<string, unknown>> {
  if (prefix === '') return fields
  return Object.fromEntries(Object.entries(fields).map(([name, item]) => [prefix + name, item]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

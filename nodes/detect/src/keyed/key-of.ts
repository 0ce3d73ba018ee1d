import { NodeError } from '@millrace/sdk'
import type { Expression, Message } from '@millrace/sdk'

export type Key = string | number

const lengthMax = 1000

/** Gives the key of a message, by an expression or by what the message says itself. */
export function keyReader(expression: Expression | undefined): (message: Message) => Key {
  if (expression === undefined) return (message) => keyOf(message.key ?? message.topic)
  return (message) => keyOf(expression(message))
}

/** Texts and numbers stand for themselves, nothing for the empty text, all else for its JSON. */
function keyOf(value: unknown): Key {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)
  if (text.length <= lengthMax) return text
  throw new NodeError('DETECT_KEY_TOO_LONG', `The key has more than ${lengthMax} characters.`)
}

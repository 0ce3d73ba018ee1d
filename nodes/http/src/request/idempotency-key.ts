import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { Message, NodeContext } from '@millrace/sdk'
import type { httpRequestDescriptor } from './descriptor.ts'

/** Gives the key of a message; the same for the same message, also when it comes again after a crash. */
export function keyMaker({
  config,
  flow,
  id,
}: NodeContext<typeof httpRequestDescriptor>): (message: Message) => Record<string, string> {
  const { isKeyed, method, idempotencyKey } = config
  if (!isKeyed || (method !== 'POST' && method !== 'PATCH')) return () => ({})
  if (idempotencyKey !== undefined) return (message) => ({ [header]: idempotencyKey(message) })
  return (message) => ({ [header]: hashOf([flow, id, message]) })
}

const header = 'idempotency-key'

function hashOf(value: unknown): string {
  return createHash('sha256').update(serialize(value)).digest('hex').slice(0, 32)
}

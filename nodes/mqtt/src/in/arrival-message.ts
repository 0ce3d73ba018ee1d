import type { Message } from '@millrace/sdk'
import type { Arrival } from '../link/inbound-batch.ts'

/** Takes a message in; its bytes are used again afterwards. */
export type EmitArrival = (arrival: Arrival) => void

/** The message that stands for what came, with this payload. */
export function messageOf(arrival: Arrival, payload: unknown): Message {
  const { topic, qos, isRetained, properties } = arrival
  // The same shape for all, with room for the time that the engine sets.
  const message: Message = { payload, topic, time: undefined, qos, retain: isRetained }
  if (properties !== undefined) message['properties'] = properties
  return message
}

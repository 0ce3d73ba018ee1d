import { isUtf8 } from 'node:buffer'
import type { Message } from '@millrace/sdk'
import type { KafkaRecord, RecordHeader } from '../wire/record.ts'
import type { MessageKey } from './key-reader.ts'
import { copyOf } from './read-payload.ts'

/** The message that stands for a record, with this payload. */
export function messageOf(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { headers, offset, timestamp }: Omit<KafkaRecord, 'key' | 'value'>,
  { payload, key: { key, value } }: { readonly payload: unknown; readonly key: MessageKey },
): Message {
  // The same shape for all, with room for the time that the engine sets.
  const message: Message = {
    payload,
    topic,
    key,
    time: undefined,
    partition,
    offset,
    timestamp,
  }
  if (value !== undefined) message['keyValue'] = value
  if (headers.length > 0) message['headers'] = headersOf(headers)
  return message
}

/** By name; of several with one name the last counts. */
function headersOf(headers: readonly RecordHeader[]): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const { key, value } of headers) {
    const name = key === '__proto__' ? '_proto_' : key
    if (value === null) found[name] = null
    else
      found[name] = isUtf8(value) ? Buffer.from(value).toString('utf8') : copyOf(Buffer.from(value))
  }
  return found
}

import { brokerError, KafkaError, reasonOf, unknownTopic } from '../cluster/kafka-error.ts'

/** What to do about a batch that the broker did not take. */
export type Refusal =
  /** The same again, once the leader is known anew or the broker is ready. */
  | { readonly kind: 'again'; readonly error: KafkaError }
  /** Smaller batches, and a record that is too large by itself never. */
  | { readonly kind: 'smaller'; readonly error: KafkaError }
  /** Its records will never be taken. */
  | { readonly kind: 'never'; readonly error: KafkaError }
  /** The broker has forgotten the producer, or knows another in its place. */
  | { readonly kind: 'new producer'; readonly error: KafkaError }
  /** There is no such topic at the moment. */
  | { readonly kind: 'no topic'; readonly error: KafkaError }

/** Gives `undefined` where the batch was written. */
export function refusalOf(
  errorCode: number,
  topic: string,
  serverText: string | null,
): Refusal | undefined {
  const reason = reasonOf(errorCode)
  // Written before, and the answer was lost.
  if (reason === 'NONE' || reason === 'DUPLICATE_SEQUENCE_NUMBER') return undefined
  if (reason === 'UNKNOWN_TOPIC_OR_PARTITION')
    return { kind: 'no topic', error: unknownTopic(topic) }
  const plain = brokerError(errorCode, serverText)
  const message = `${plain.message.replace(/\.$/, '')} (topic "${topic}").`
  const error = new KafkaError(plain.code, message, { reason })
  if (tooLarge.has(reason)) return { kind: 'smaller', error }
  if (never.has(reason)) return { kind: 'never', error }
  if (producerLost.has(reason)) return { kind: 'new producer', error }
  return { kind: 'again', error }
}

const tooLarge: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

const never: ReadonlySet<string> = new Set([
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'POLICY_VIOLATION',
])

export const producerLost: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
])

import { protocolErrorsCodesById } from '@platformatic/kafka'
import { networkProblem } from '@millrace/reach'
import type { NetworkProblemKind } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'

/** A broker that something was asked of. */
export interface BrokerPlace {
  readonly host: string
  readonly port: number
}

/** An error with a sentence for the person and, where the broker gave it, Kafka's own name for it. */
export class KafkaError extends NodeError {
  /** Such as `NOT_LEADER_OR_FOLLOWER`; undefined where the broker could not be asked. */
  readonly reason: string | undefined

  constructor(
    code: string,
    message: string,
    { reason, cause }: { readonly reason?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(code, message, { cause })
    this.reason = reason
  }
}

/** Makes of whatever kept a broker from answering an error with a sentence that says how to mend it. */
export function connectionError(error: unknown, place: BrokerPlace): KafkaError {
  if (error instanceof KafkaError) return error
  const chain = [...causesOf(error)]
  const known = chain.find((one) => one instanceof KafkaError)
  if (known !== undefined) return known
  const reason = chain.map(apiIdOf).find((id) => id !== undefined)
  if (reason !== undefined) return brokerError(reason, serverTextOf(chain), error)
  const texts = chain.map((one) => (one instanceof Error ? one.message : String(one)))
  for (const [pattern, code, text] of knownTexts) {
    if (!texts.some((one) => pattern.test(one))) continue
    return new KafkaError(code, text.replace('{at}', atOf(place)), { cause: error })
  }
  // What Node itself says of the network lies deepest.
  const { kind, text } = networkProblem(chain.at(-1), { ...place, peer: 'broker', labels })
  return new KafkaError(networkCodes[kind], text, { cause: error })
}

const labels = { host: 'Brokers', port: 'Brokers', security: 'Transport' }
const atOf = ({ host, port }: BrokerPlace): string => `${host}:${port}`

const networkCodes: Readonly<Record<NetworkProblemKind, string>> = {
  'unknown-host': 'KAFKA_HOST_UNKNOWN',
  refused: 'KAFKA_CONNECT_REFUSED',
  'no-answer': 'KAFKA_CONNECT_TIMEOUT',
  lost: 'KAFKA_CONNECTION_LOST',
  'no-tls': 'KAFKA_TLS_MISSING',
  untrusted: 'KAFKA_TLS_UNTRUSTED',
  expired: 'KAFKA_TLS_EXPIRED',
  'wrong-name': 'KAFKA_TLS_WRONG_NAME',
  'client-certificate': 'KAFKA_TLS_CLIENT_CERTIFICATE',
  tls: 'KAFKA_TLS_FAILED',
  other: 'KAFKA_CONNECTION_FAILED',
}

const knownTexts: readonly (readonly [RegExp, string, string])[] = [
  [
    /Broker requires TLS/,
    'KAFKA_TLS_WANTED',
    'The broker at {at} speaks TLS. Choose TLS under Transport.',
  ],
  [
    /TLS handshake failed/,
    'KAFKA_TLS_MISSING',
    'There is no TLS at {at}. Is this the port for TLS? Otherwise choose no TLS under Transport.',
  ],
  [
    /Cannot find a suitable SASL mechanism/,
    'KAFKA_SASL_MECHANISM',
    'The broker at {at} does not know this way to sign in. Choose another under Sign-in.',
  ],
  [
    /SASL authentication failed|Invalid SASL|SASL.*(failed|error)/i,
    'KAFKA_SIGN_IN_REFUSED',
    'The broker at {at} refused the sign-in. Check user name, password or token, and the way to sign in.',
  ],
  [
    /timed out/i,
    'KAFKA_CONNECT_TIMEOUT',
    '{at} does not answer in time. Is a firewall in between?',
  ],
  [
    /closed/i,
    'KAFKA_CONNECTION_LOST',
    'The broker at {at} closed the connection. Where it asks for TLS or a sign-in, choose that here too.',
  ],
]

/** What a broker answered, by Kafka's name or number of the error. */
export function brokerError(
  given: string | number,
  serverText?: string | null,
  cause?: unknown,
): KafkaError {
  const reason = typeof given === 'number' ? reasonOf(given) : given
  const known = sentences.get(reason)
  if (known !== undefined) return new KafkaError(known[0], known[1], { reason, cause })
  const more = serverText ? `: ${serverText.slice(0, 300)}` : ''
  const words = reason.toLowerCase().replaceAll('_', ' ')
  return new KafkaError('KAFKA_REFUSED', `The broker refused: ${words}${more}.`, { reason, cause })
}

/** Kafka's name of an error, such as `NOT_LEADER_OR_FOLLOWER`; `NONE` for 0. */
export function reasonOf(errorCode: number): string {
  const names: Readonly<Record<number, string>> = protocolErrorsCodesById
  return names[errorCode] ?? `ERROR_${errorCode}`
}

export function unknownTopic(topic: string): KafkaError {
  const text = `There is no topic "${topic}" at the broker. Create it there, or mend the name under Topic.`
  return new KafkaError('KAFKA_TOPIC_UNKNOWN', text, { reason: 'UNKNOWN_TOPIC_OR_PARTITION' })
}

/** What went wrong may be over soon, and is then tried again without a word to the person. */
export function isPassing({ reason }: KafkaError): boolean {
  return reason !== undefined && passing.has(reason)
}

const passing: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
  'CONCURRENT_TRANSACTIONS',
  'UNSTABLE_OFFSET_COMMIT',
  'REBALANCE_IN_PROGRESS',
])

const fenced: readonly [code: string, text: string] = [
  'KAFKA_TRANSACTION_LOST',
  `The transaction took too long (see "Transaction timeout"), or another server writes with a copy of this flow's state.`,
]

const sentences: ReadonlyMap<string, readonly [code: string, text: string]> = new Map([
  [
    'SASL_AUTHENTICATION_FAILED',
    [
      'KAFKA_SIGN_IN_REFUSED',
      'The broker refused the sign-in. Check user name, password or token, and the way to sign in.',
    ],
  ],
  [
    'UNSUPPORTED_SASL_MECHANISM',
    [
      'KAFKA_SASL_MECHANISM',
      'The broker does not know this way to sign in. Choose another under Sign-in.',
    ],
  ],
  [
    'ILLEGAL_SASL_STATE',
    [
      'KAFKA_SASL_UNWANTED',
      'The broker asks for no sign-in at this port. Choose None under Sign-in, or give the port for signing in under Brokers.',
    ],
  ],
  [
    'TOPIC_AUTHORIZATION_FAILED',
    [
      'KAFKA_TOPIC_FORBIDDEN',
      'The broker does not let this user at the topic. Give it the right there.',
    ],
  ],
  [
    'GROUP_AUTHORIZATION_FAILED',
    [
      'KAFKA_GROUP_FORBIDDEN',
      'The broker does not let this user use the consumer group. Give it the right to read that group there, or choose another under Consumer group.',
    ],
  ],
  [
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    [
      'KAFKA_TRANSACTION_FORBIDDEN',
      'The broker does not let this user write in transactions. Give it the right to the transactional id there, or choose another guarantee.',
    ],
  ],
  [
    'CLUSTER_AUTHORIZATION_FAILED',
    ['KAFKA_FORBIDDEN', 'The broker does not let this user do that. Give it the right there.'],
  ],
  [
    'INVALID_TOPIC_EXCEPTION',
    [
      'KAFKA_TOPIC_INVALID',
      'That is no name of a topic: it has letters, digits, ".", "_" and "-", and at most 249 of them.',
    ],
  ],
  [
    'MESSAGE_TOO_LARGE',
    [
      'KAFKA_TOO_LARGE',
      'The message is larger than the broker takes (max.message.bytes of the topic). Raise that there, or compress.',
    ],
  ],
  [
    'RECORD_LIST_TOO_LARGE',
    ['KAFKA_TOO_LARGE', 'The batch is larger than a segment of the topic. Make batches smaller.'],
  ],
  [
    'NOT_ENOUGH_REPLICAS',
    [
      'KAFKA_REPLICAS',
      'Fewer replicas are in sync than the topic asks for (min.insync.replicas); tried again until there are enough.',
    ],
  ],
  [
    'FENCED_INSTANCE_ID',
    [
      'KAFKA_INSTANCE_TAKEN',
      "Another server reads with a copy of this flow's state. Only one of them may; the other needs a user directory of its own.",
    ],
  ],
  [
    'INCONSISTENT_GROUP_PROTOCOL',
    [
      'KAFKA_GROUP_TAKEN',
      'Others in this consumer group share partitions in another way. Choose another under Consumer group.',
    ],
  ],
  [
    'INVALID_SESSION_TIMEOUT',
    [
      'KAFKA_SESSION_TIMEOUT',
      'The broker does not allow this session time-out (group.min.session.timeout.ms to group.max.session.timeout.ms).',
    ],
  ],
  ['PRODUCER_FENCED', fenced],
  ['INVALID_PRODUCER_EPOCH', fenced],
  [
    'INVALID_TRANSACTION_TIMEOUT',
    [
      'KAFKA_TRANSACTION_TIMEOUT',
      'The broker allows no transaction this long (transaction.max.timeout.ms). Shorten it here.',
    ],
  ],
  [
    'UNSUPPORTED_VERSION',
    ['KAFKA_VERSION', 'The broker is too old: Kafka 2.5 or later is needed.'],
  ],
])

function* causesOf(error: unknown): Generator<unknown> {
  yield error
  if (error instanceof AggregateError) for (const one of error.errors) yield* causesOf(one)
  if (error instanceof Error && error.cause !== undefined) yield* causesOf(error.cause)
}

function apiIdOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('apiId' in error)) return undefined
  return typeof error.apiId === 'string' ? error.apiId : undefined
}

function serverTextOf(chain: readonly unknown[]): string | undefined {
  for (const one of chain) {
    if (typeof one !== 'object' || one === null || !('serverErrorMessage' in one)) continue
    if (typeof one.serverErrorMessage === 'string') return one.serverErrorMessage
  }
  return undefined
}

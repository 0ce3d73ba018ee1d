import { NodeError } from '@millrace/sdk'

/** Where a connection leads, for sentences. */
export interface Where {
  readonly host: string
  readonly port: number
  readonly isVersion5: boolean
  readonly connectTimeoutMs: number
}

/** Makes of whatever broke a connection an error with a sentence that says how to mend it. */
export function connectError(error: unknown, where: Where): NodeError {
  if (error instanceof NodeError) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  if (typeof code === 'number') return refusedBy(code, where)
  const known = knownErrors.get(code)
  if (known !== undefined) return new NodeError(known.code, known.text(where), { cause: error })
  if (text === 'connack timeout') return noAnswer(where)
  if (/CERT|SIGNATURE|SSL|TLS|EPROTO/.test(code)) {
    return new NodeError('MQTT_TLS_FAILED', `TLS failed: ${text}.`, { cause: error })
  }
  return new NodeError(
    'MQTT_CONNECTION_FAILED',
    `The connection to ${at(where)} failed: ${text}.`,
    {
      cause: error,
    },
  )
}

export function connectionLost(where: Where): NodeError {
  return new NodeError('MQTT_CONNECTION_LOST', `The broker at ${at(where)} closed the connection.`)
}

function at({ host, port }: Where): string {
  return `${host}:${port}`
}

function codeOf(error: unknown): string | number {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  const { code } = error
  return typeof code === 'number' ? code : String(code)
}

interface KnownError {
  readonly code: string
  readonly text: (where: Where) => string
}

const unknownHost: KnownError = {
  code: 'MQTT_HOST_UNKNOWN',
  text: ({ host }) => `The name "${host}" leads to no address. Is it spelled right?`,
}

const timedOut: KnownError = {
  code: 'MQTT_CONNECT_TIMEOUT',
  text: (where) => `${at(where)} does not answer. Is a firewall in between?`,
}

const lost: KnownError = {
  code: 'MQTT_CONNECTION_LOST',
  text: (where) => `The connection to ${at(where)} broke.`,
}

const untrusted: KnownError = {
  code: 'MQTT_TLS_UNTRUSTED',
  text: () =>
    'The certificate of the broker is not signed by a known authority. Give its authority in the connection.',
}

const knownErrors: ReadonlyMap<string | number, KnownError> = new Map([
  [
    'ECONNREFUSED',
    {
      code: 'MQTT_CONNECT_REFUSED',
      text: (where: Where) =>
        `Nothing answers at ${at(where)}. Is the broker running, and is this its port?`,
    },
  ],
  ['ENOTFOUND', unknownHost],
  ['EAI_AGAIN', unknownHost],
  ['ETIMEDOUT', timedOut],
  ['EHOSTUNREACH', timedOut],
  ['ENETUNREACH', timedOut],
  ['ECONNRESET', lost],
  ['EPIPE', lost],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  [
    'CERT_HAS_EXPIRED',
    { code: 'MQTT_TLS_EXPIRED', text: () => 'The certificate of the broker has expired.' },
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      code: 'MQTT_TLS_WRONG_NAME',
      text: ({ host }: Where) =>
        `The certificate of the broker is not for "${host}". Give the name in it as server name.`,
    },
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    {
      code: 'MQTT_TLS_FAILED',
      text: (where: Where) => `There is no TLS at ${at(where)}. Is this the port for TLS?`,
    },
  ],
  [
    'ERR_SSL_PACKET_LENGTH_TOO_LONG',
    {
      code: 'MQTT_TLS_FAILED',
      text: (where: Where) => `There is no TLS at ${at(where)}. Is this the port for TLS?`,
    },
  ],
  [
    'MQTT_MALFORMED_PACKET',
    {
      code: 'MQTT_MALFORMED_PACKET',
      text: (where: Where) => `What ${at(where)} sent is not MQTT, or too long.`,
    },
  ],
  [
    'MQTT_SILENT',
    {
      code: 'MQTT_SILENT',
      text: (where: Where) => `The broker at ${at(where)} has fallen silent.`,
    },
  ],
])

function noAnswer(where: Where): NodeError {
  const hint = where.isVersion5 ? ' It may know only MQTT 3.1.1: try that version.' : ''
  const seconds = where.connectTimeoutMs / 1000
  return new NodeError(
    'MQTT_CONNECT_TIMEOUT',
    `${at(where)} took the connection but did not answer within ${seconds} s.${hint}`,
  )
}

/** CONNACK or DISCONNECT with a reason: MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 2.4. */
export function refusedBy(reason: number, where: Where): NodeError {
  const [code, text] = reasons.get(reason) ?? [
    'MQTT_SIGN_IN_REFUSED',
    `The broker refused the connection with reason ${reason}.`,
  ]
  return new NodeError(code, text.replace('{at}', at(where)))
}

type Reason = readonly [code: string, text: string]

const wrongPassword: Reason = [
  'MQTT_SIGN_IN_REFUSED',
  'The broker refused the user name or the password.',
]
const notAuthorised: Reason = [
  'MQTT_NOT_AUTHORIZED',
  'The broker does not let this user in. Check user name, password and the rights at the broker.',
]
const wrongVersion: Reason = [
  'MQTT_VERSION_REFUSED',
  'The broker does not know this version of MQTT. Choose the other one.',
]
const badClientId: Reason = ['MQTT_CLIENT_ID_REFUSED', 'The broker does not accept the client id.']
const unavailable: Reason = ['MQTT_UNAVAILABLE', 'The broker at {at} is not available now.']

const reasons: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [1, wrongVersion],
  [2, badClientId],
  [3, unavailable],
  [4, wrongPassword],
  [5, notAuthorised],
  [0x84, wrongVersion],
  [0x85, badClientId],
  [0x86, wrongPassword],
  [0x87, notAuthorised],
  [0x88, unavailable],
  [0x89, ['MQTT_UNAVAILABLE', 'The broker at {at} is busy.']],
  [0x8a, ['MQTT_NOT_AUTHORIZED', 'The broker has banned this client.']],
  [0x8b, ['MQTT_UNAVAILABLE', 'The broker at {at} is shutting down.']],
  [0x8d, ['MQTT_SILENT', 'The broker heard nothing from us for too long.']],
  [
    0x8e,
    [
      'MQTT_CLIENT_ID_TAKEN',
      'Another client signed in with the same client id, and the broker threw this one out.',
    ],
  ],
  [0x93, ['MQTT_LIMIT', 'The broker says that too many messages were unacknowledged.']],
  [0x95, ['MQTT_LIMIT', 'The broker says that a packet was too long.']],
  [0x96, ['MQTT_LIMIT', 'The broker says that messages came too fast.']],
  [0x97, ['MQTT_LIMIT', 'A quota at the broker is used up.']],
  [0x98, ['MQTT_UNAVAILABLE', 'The broker closed the connection by hand of its administrator.']],
  [0x9a, ['MQTT_RETAIN_REFUSED', 'The broker keeps no retained messages.']],
  [0x9b, ['MQTT_QOS_REFUSED', 'The broker does not support this QoS.']],
  [0x9f, ['MQTT_LIMIT', 'The broker says that connections came too fast.']],
])

import { networkProblem } from '@millrace/reach'
import type { NetworkProblemKind } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'

/** Where a connection leads, for sentences. */
export interface Where {
  readonly host: string
  readonly port: number
  readonly isVersion5: boolean
  readonly connectTimeoutMs: number
  readonly isSecure: boolean
}

/** Makes of whatever broke a connection an error with a sentence that says how to mend it. */
export function connectError(error: unknown, where: Where): NodeError {
  if (error instanceof NodeError) return error
  const code = codeOf(error)
  if (typeof code === 'number') return refusedBy(code, where)
  const own = ownErrors.get(code)
  if (own !== undefined) return new NodeError(code, own(where), { cause: error })
  if (error instanceof Error && error.message === 'connack timeout') return noAnswer(where)
  const { kind, text } = networkProblem(error, { ...where, peer: 'broker' })
  return new NodeError(networkCodes[kind], text, { cause: error })
}

const networkCodes: Readonly<Record<NetworkProblemKind, string>> = {
  'unknown-host': 'MQTT_HOST_UNKNOWN',
  refused: 'MQTT_CONNECT_REFUSED',
  'no-answer': 'MQTT_CONNECT_TIMEOUT',
  lost: 'MQTT_CONNECTION_LOST',
  'no-tls': 'MQTT_TLS_FAILED',
  untrusted: 'MQTT_TLS_UNTRUSTED',
  expired: 'MQTT_TLS_EXPIRED',
  'wrong-name': 'MQTT_TLS_WRONG_NAME',
  'client-certificate': 'MQTT_TLS_CLIENT_CERTIFICATE',
  tls: 'MQTT_TLS_FAILED',
  other: 'MQTT_CONNECTION_FAILED',
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

const ownErrors: ReadonlyMap<string, (where: Where) => string> = new Map([
  ['MQTT_MALFORMED_PACKET', (where) => `What ${at(where)} sent is not MQTT, or too long.`],
  ['MQTT_SILENT', (where) => `The broker at ${at(where)} has fallen silent.`],
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
  'The broker refused the user name or the password. Check User name and Password.',
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

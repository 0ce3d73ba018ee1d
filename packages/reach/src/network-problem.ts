import { placeText, usualLabels } from './place.ts'
import type { FieldLabels, Where } from './place.ts'

export type NetworkProblemKind =
  | 'unknown-host'
  | 'refused'
  | 'no-answer'
  | 'lost'
  | 'no-tls'
  | 'untrusted'
  | 'expired'
  | 'wrong-name'
  | 'client-certificate'
  | 'tls'
  | 'other'

export interface NetworkProblem {
  readonly kind: NetworkProblemKind
  /** A sentence that says what is wrong, and which setting to look at. */
  readonly text: string
}

/** What kept a connection from being made, or broke it, in a sentence that says how to mend it. */
export function networkProblem(error: unknown, where: Where): NetworkProblem {
  const kind = speaksNoTls.test(messageOf(error)) ? 'no-tls' : kindOf(codeOf(error))
  const { peer = 'server', labels = usualLabels } = where
  const words: Words = { at: placeText(where), where, peer, labels, error }
  const fixed = where.isFixed === true ? fixedSentences[kind] : undefined
  return { kind, text: (fixed ?? sentences[kind])(words) }
}

/** Node gives such errors several codes, `ECONNRESET` and `EPROTO` among them. */
const speaksNoTls = /wrong version number|packet length too long|before secure TLS connection/

interface Words {
  readonly at: string
  readonly where: Where
  readonly peer: string
  readonly labels: FieldLabels
  readonly error: unknown
}

const sentences: Readonly<Record<NetworkProblemKind, (words: Words) => string>> = {
  'unknown-host': ({ where, labels }) =>
    `The name "${where.host}" leads to no address. Is it spelled right under ${labels.host}?`,
  refused: ({ at, peer, labels }) =>
    `Nothing answers at ${at}. Is the ${peer} running, and ${isRight(labels)}?`,
  'no-answer': ({ at, labels }) =>
    `${at} does not answer. Is a firewall in between, and ${isRight(labels)}?`,
  lost: ({ at, where, labels }) =>
    where.isSecure === true
      ? `The connection to ${at} broke. If it does so at once, there may be no TLS: check ${labels.security} and ${labels.port}.`
      : `The connection to ${at} broke.`,
  'no-tls': ({ at, labels }) =>
    `There is no TLS at ${at}. Is ${labels.port} the one for TLS? Otherwise choose no TLS under ${labels.security}.`,
  untrusted: ({ peer }) =>
    `The certificate of the ${peer} is not signed by a known authority. Give its authority under "Certificate authority (PEM)".`,
  expired: ({ peer }) =>
    `The certificate of the ${peer} has expired, or is not valid yet: have it renewed there, and check the clocks.`,
  'wrong-name': ({ where, peer, error }) =>
    `The certificate of the ${peer} is not for "${where.host}"${namesIn(error)}. Give the name in it under "Server name".`,
  'client-certificate': ({ peer }) =>
    `The ${peer} wants a client certificate that it knows. Give "Client certificate (PEM)" and "Client key (PEM)".`,
  tls: ({ at, error }) => `TLS with ${at} failed: ${messageOf(error)}.`,
  other: ({ at, error }) => `The connection to ${at} failed: ${messageOf(error)}.`,
}

/** Of a place that no setting names, where only the way to it can be wrong. */
const fixedSentences: Partial<typeof sentences> = {
  'unknown-host': ({ where }) =>
    `The name "${where.host}" leads to no address. Does this machine reach the internet?`,
  refused: ({ at }) =>
    `Nothing answers at ${at}. Does a firewall keep this machine from the internet?`,
  'no-answer': ({ at }) =>
    `${at} does not answer. Does a firewall keep this machine from the internet?`,
  lost: ({ at }) => `The connection to ${at} broke.`,
  'no-tls': ({ at }) => `There is no TLS at ${at}: something in between answers in its place.`,
}

function isRight({ host, port }: FieldLabels): string {
  return host === port ? `is ${host} right` : `are ${host} and ${port} right`
}

/** Node tells what the certificate is for: "DNS:a.example.org, IP Address:10.0.0.1". */
function namesIn(error: unknown): string {
  if (!(error instanceof Error) || !('cert' in error)) return ''
  const { cert } = error
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return ''
  const names = String(cert.subjectaltname).split(', ').slice(0, namesMax)
  return ` but for ${names.map((name) => name.replace(/^[^:]*:/, '')).join(', ')}`
}

const namesMax = 3

const kinds: ReadonlyMap<string, NetworkProblemKind> = new Map([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'unknown-host'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'no-answer'],
  ['EHOSTUNREACH', 'no-answer'],
  ['ENETUNREACH', 'no-answer'],
  ['ECONNRESET', 'lost'],
  ['EPIPE', 'lost'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong-name'],
  ['EPROTO', 'tls'],
  // Alerts with which a server ends the handshake: RFC 8446 section 6.2.
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client-certificate'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client-certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client-certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'client-certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'client-certificate'],
])

function kindOf(code: string): NetworkProblemKind {
  const known = kinds.get(code)
  if (known !== undefined) return known
  return /CERT|SIGNATURE|SSL|TLS/.test(code) ? 'tls' : 'other'
}

/** A connection that tried several addresses fails with all their errors; the last one counts. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1))
  return 'cause' in error ? codeOf(error.cause) : ''
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const line = (text === '' ? codeOf(error) : text).split('\n')[0] ?? ''
  return line.replace(/\.$/, '')
}

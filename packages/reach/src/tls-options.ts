import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { NodeError } from '@millrace/sdk'
import { withoutBrackets } from './place.ts'

/** What a person sets about TLS; the fields are called so in every connection's form. */
export interface TlsSettings {
  readonly isVerified: boolean
  /** PEM texts. */
  readonly ca?: string | undefined
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** The name in the certificate, where it differs from the host. */
  readonly serverName?: string | undefined
}

export function tlsOptions(host: string, tls: TlsSettings): ConnectionOptions {
  const { ca, serverName, certificate, key } = tls
  return {
    rejectUnauthorized: tls.isVerified,
    ...(isSet(ca) ? { ca } : {}),
    ...(isSet(certificate) ? { cert: certificate } : {}),
    ...(isSet(key) ? { key } : {}),
    ...serverNameFor(isSet(serverName) ? serverName : withoutBrackets(host)),
  }
}

/** RFC 6066: a server name is a name, never an address. */
function serverNameFor(name: string): { servername?: string } {
  const isAddress = name.includes(':') || /^[\d.]+$/.test(name)
  return isAddress ? {} : { servername: name }
}

/** Throws a sentence that names the field whose text cannot be used. */
export function checkPem({ ca, certificate, key }: TlsSettings): void {
  if (isSet(ca)) {
    expectPem('Certificate authority (PEM)', () => void new X509Certificate(ca))
  }
  if (isSet(certificate)) {
    expectPem('Client certificate (PEM)', () => void createSecureContext({ cert: certificate }))
  }
  if (isSet(key)) expectPem('Client key (PEM)', () => void createSecureContext({ key }))
  if (isSet(certificate) !== isSet(key)) {
    const [given, missing] = isSet(key) ? ['key', 'certificate'] : ['certificate', 'key']
    const text = `There is a client ${given} but no client ${missing}: give "Client ${missing} (PEM)" too.`
    throw new NodeError('TLS_PEM', text)
  }
  if (isSet(certificate) && isSet(key)) expectPair(certificate, key)
}

function expectPem(label: string, read: () => void): void {
  try {
    read()
  } catch (cause) {
    const text = `"${label}" cannot be read: paste the whole file, with its lines BEGIN and END.`
    throw new NodeError('TLS_PEM', text, { cause })
  }
}

function expectPair(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    const text = '"Client key (PEM)" does not belong to "Client certificate (PEM)".'
    throw new NodeError('TLS_PEM', text, { cause })
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

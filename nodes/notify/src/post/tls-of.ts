import type { TlsSettings } from '@millrace/reach'

/** The TLS settings among the fields of a connection. */
export function tlsOf(config: {
  readonly isVerified: boolean
  readonly ca?: string | undefined
  readonly serverName?: string | undefined
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
}): TlsSettings {
  const { isVerified, ca, serverName, clientCertificate, clientKey } = config
  return { isVerified, ca, serverName, certificate: clientCertificate, key: clientKey }
}

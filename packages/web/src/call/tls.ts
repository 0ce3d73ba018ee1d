import type { ConnectionOptions } from 'node:tls'
import { tlsOptions as optionsFor } from '@millrace/reach'
import type { TlsSettings } from '@millrace/reach'

/** What a connection says of TLS, as the fields of `tlsFields` name it. */
export interface TlsConfig {
  readonly isVerified?: boolean | undefined
  readonly ca?: string | undefined
  readonly serverName?: string | undefined
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
}

/** The same as the steps of a connection test want it. */
export function tlsSettings(config: TlsConfig): TlsSettings {
  const { isVerified = true, ca, serverName, clientCertificate, clientKey } = config
  return { isVerified, ca, serverName, certificate: clientCertificate, key: clientKey }
}

/** The same for Node's TLS; without a host, its name comes from the request. */
export function tlsOptions(config: TlsConfig, host?: string): ConnectionOptions {
  const { servername, ...options } = optionsFor(host ?? '', tlsSettings(config))
  return servername === undefined || servername === '' ? options : { ...options, servername }
}

/** What a connection says of TLS, as the fields of `tlsFields` name it. */
export interface TlsConfig {
  readonly isVerified?: boolean | undefined
  readonly ca?: string | undefined
  readonly serverName?: string | undefined
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
}

export interface TlsOptions {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/** The same for Node's TLS. */
export function tlsOptions(tls: TlsConfig): TlsOptions {
  const { ca, serverName, clientCertificate, clientKey } = tls
  return {
    rejectUnauthorized: tls.isVerified !== false,
    ...(isSet(ca) ? { ca } : {}),
    ...(isSet(clientCertificate) ? { cert: clientCertificate } : {}),
    ...(isSet(clientKey) ? { key: clientKey } : {}),
    ...(isSet(serverName) ? { servername: serverName } : {}),
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

/** Where a connection leads. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** What the form calls the settings that a sentence may have to name. */
export interface FieldLabels {
  readonly host: string
  readonly port: string
  /** By which a connection is made with or without TLS. */
  readonly security: string
}

/** A place, and how to speak of it. */
export interface Where extends Place {
  /** What stands there, such as "broker"; "server" when absent. */
  readonly peer?: string | undefined
  /** Host, Port and Transport when absent. */
  readonly labels?: FieldLabels | undefined
  /** A place that everybody knows, which no setting names. */
  readonly isFixed?: boolean | undefined
  /** Whether it is to be reached with TLS. */
  readonly isSecure?: boolean | undefined
}

export const usualLabels: FieldLabels = { host: 'Host', port: 'Port', security: 'Transport' }

/** For connections whose place is an address, such as `https://example.org:8086/path`. */
export function placeOfUrl(
  address: string,
  label = 'Address',
): Place & { readonly labels: FieldLabels; readonly isSecure: boolean } {
  const { hostname, port, protocol } = new URL(address)
  const isSecure = protocol === 'https:' || protocol === 'wss:'
  return {
    host: withoutBrackets(hostname),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    labels: { host: label, port: label, security: label },
    isSecure,
  }
}

/** Addresses of version 6 may be written as in a URL. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

export function placeText({ host, port }: Place): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

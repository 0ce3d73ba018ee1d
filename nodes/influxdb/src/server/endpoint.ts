import type { Precision } from '@millrace/formats'

/** Where and how a version of InfluxDB takes line protocol. */
export interface Endpoint {
  writeUrl(precision: Precision): URL
  readonly headers: Readonly<Record<string, string>>
}

export interface EndpointConfig {
  readonly version: '1' | '2' | '3'
  readonly url: string
  readonly database?: string | undefined
  readonly retentionPolicy?: string | undefined
  readonly organization?: string | undefined
  readonly bucket?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

export function endpointOf(config: EndpointConfig): Endpoint {
  const versions = { 1: versionOne, 2: versionTwo, 3: versionThree }
  return versions[config.version](config)
}

function versionOne(config: EndpointConfig): Endpoint {
  const { username, password } = config
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64')
  return {
    writeUrl: (precision) =>
      address(config.url, 'write', {
        db: config.database,
        rp: config.retentionPolicy,
        precision: precision === 'us' ? 'u' : precision,
      }),
    headers: isSet(username) ? { authorization: `Basic ${pair}` } : {},
  }
}

function versionTwo({ url, organization, bucket, token }: EndpointConfig): Endpoint {
  return {
    writeUrl: (precision) => address(url, 'api/v2/write', { org: organization, bucket, precision }),
    headers: isSet(token) ? { authorization: `Token ${token}` } : {},
  }
}

const longNames = { s: 'second', ms: 'millisecond', us: 'microsecond', ns: 'nanosecond' } as const

function versionThree({ url, database, token }: EndpointConfig): Endpoint {
  return {
    writeUrl: (precision) =>
      address(url, 'api/v3/write_lp', {
        db: database,
        precision: longNames[precision],
        accept_partial: 'true',
        no_sync: 'false',
      }),
    headers: isSet(token) ? { authorization: `Bearer ${token}` } : {},
  }
}

/** An address below that of the server, without the parameters that are empty. */
export function address(
  base: string,
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
): URL {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
  url.search = ''
  for (const [name, value] of Object.entries(parameters)) {
    if (isSet(value)) url.searchParams.set(name, value)
  }
  return url
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

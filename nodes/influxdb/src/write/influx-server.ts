import { request as httpRequest, Agent as HttpAgent, type RequestOptions } from 'node:http'
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https'
import { gzip } from 'node:zlib'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import type { influxdbConnectionDescriptor } from '../connection/descriptor.ts'
import type { Precision } from '../line-protocol/encode-line.ts'
import { writeAnswer, type HttpAnswer, type WriteAnswer } from './write-answer.ts'

export type ServerConfig = ConfigOf<typeof influxdbConnectionDescriptor>

/** A server that points are written to; what an `influxdb/connection` hands to the nodes. */
export interface InfluxServer {
  /** Writes lines of one precision. Never rejects: what went wrong is in the answer. */
  write(lines: string, precision: Precision): Promise<WriteAnswer>
  /** Asks for a path of the server; rejects when there is no answer. */
  get(path: string): Promise<HttpAnswer>
  /** For sentences, such as `http://localhost:8086`. */
  readonly address: string
}

declare module '@millrace/sdk/descriptor' {
  interface ConnectionHandles {
    'influxdb/connection': InfluxServer
  }
}

/** Longest answer read; a server that says more is cut short. */
const answerBytesMax = 65_536
/** From here on compressing costs less than sending. */
const compressFromBytes = 1024

export function openInfluxServer(config: ServerConfig): InfluxServer & { close(): void } {
  const base = new URL(config.url)
  const isSecure = base.protocol === 'https:'
  const tls = { rejectUnauthorized: config.isVerified, ...(config.ca ? { ca: config.ca } : {}) }
  const pool = { keepAlive: true, maxSockets: 4 }
  const agent = isSecure ? new HttpsAgent({ ...pool, ...tls }) : new HttpAgent(pool)
  const send = (options: RequestOptions, body?: Uint8Array): Promise<HttpAnswer> =>
    exchange({ ...options, agent, timeout: config.timeoutMs }, { base, isSecure, body })

  return {
    address: base.origin,
    async write(lines, precision) {
      const { body, headers } = await packed(lines, config.isCompressed)
      const path = writePath(config, precision)
      try {
        return writeAnswer(
          await send({ method: 'POST', path, headers: { ...headers, ...signIn(config) } }, body),
        )
      } catch (error) {
        return { outcome: 'later', reason: unreachable(base, error) }
      }
    },
    get: (path) => send({ method: 'GET', path, headers: signIn(config) }),
    close: () => agent.destroy(),
  }
}

/** The write endpoint of each version, with the same lines as its body. */
export function writePath(config: ServerConfig, precision: Precision): string {
  const root = new URL(config.url).pathname.replace(/\/$/, '')
  if (config.version === '1') {
    const query = new URLSearchParams({
      db: config.database,
      precision: { s: 's', ms: 'ms', us: 'u', ns: 'n' }[precision],
    })
    if (config.retentionPolicy) query.set('rp', config.retentionPolicy)
    return `${root}/write?${query.toString()}`
  }
  if (config.version === '2') {
    const query = new URLSearchParams({
      org: config.organization,
      bucket: config.bucket,
      precision,
    })
    return `${root}/api/v2/write?${query.toString()}`
  }
  const names = { s: 'second', ms: 'millisecond', us: 'microsecond', ns: 'nanosecond' }
  const query = new URLSearchParams({
    db: config.database,
    precision: names[precision],
    accept_partial: 'true',
  })
  return `${root}/api/v3/write_lp?${query.toString()}`
}

function signIn(config: ServerConfig): Record<string, string> {
  if (config.version === '1') {
    if (!config.username) return {}
    const pair = Buffer.from(`${config.username}:${config.password ?? ''}`).toString('base64')
    return { authorization: `Basic ${pair}` }
  }
  if (!config.token) return {}
  return { authorization: `${config.version === '2' ? 'Token' : 'Bearer'} ${config.token}` }
}

async function packed(
  lines: string,
  isCompressed: boolean,
): Promise<{ body: Uint8Array; headers: Record<string, string> }> {
  const plain = Buffer.from(lines)
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  if (!isCompressed || plain.length < compressFromBytes) return { body: plain, headers }
  const body = await new Promise<Buffer>((resolve, reject) => {
    gzip(plain, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error)))
  })
  return { body, headers: { ...headers, 'content-encoding': 'gzip' } }
}

interface Exchange {
  readonly base: URL
  readonly isSecure: boolean
  readonly body: Uint8Array | undefined
}

function exchange(
  options: RequestOptions,
  { base, isSecure, body }: Exchange,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const make = isSecure ? httpsRequest : httpRequest
    const sized = body === undefined ? {} : { 'content-length': String(body.length) }
    // A plain record, as `signIn` and `packed` make it.
    const headers = { ...(options.headers as Record<string, string>), ...sized }
    const request = make({
      ...options,
      hostname: base.hostname.replaceAll(/^\[|\]$/g, ''),
      port: base.port,
      headers,
    })
    request.on('timeout', () => request.destroy(new Error('it did not answer in time')))
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= answerBytesMax) chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        const known = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(known),
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.end(body)
  })
}

/** A sentence for why there was no answer. */
export function unreachable(base: URL, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'the host name is not known',
    EAI_AGAIN: 'the host name cannot be looked up now',
    ECONNRESET: 'it broke the connection off',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known here',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  }
  const why = known[code] ?? (error instanceof Error && error.message !== '' ? error.message : code)
  return `${base.origin} cannot be reached: ${why}.`
}

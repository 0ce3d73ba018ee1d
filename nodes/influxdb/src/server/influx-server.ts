import { Agent as HttpAgent, request as requestPlain } from 'node:http'
import { Agent as HttpsAgent, request as requestSecure } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { networkProblem, placeOfUrl } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'
import { tlsOptions } from '@millrace/web'
import type { TlsConfig } from '@millrace/web'
import type { Precision } from '@millrace/formats'
import { address, endpointOf } from './endpoint.ts'
import type { Endpoint, EndpointConfig } from './endpoint.ts'
import { readAnswer } from './read-answer.ts'
import type { ServerAnswer } from './read-answer.ts'
import type { WriteOutcome } from './write-outcome.ts'

export interface ServerOptions extends EndpointConfig, TlsConfig {
  readonly isCompressed: boolean
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
}

/** A server that takes line protocol; what the nodes of a flow share. */
export interface InfluxServer {
  readonly host: string
  readonly version: EndpointConfig['version']
  readonly database: string | undefined
  /** Asks something, with the credentials; rejects when there is no answer, or one that is too long. */
  ask(question: Question): Promise<ServerAnswer>
  /** Writes lines, separated by line breaks. Never rejects. */
  write(lines: string, precision: Precision): Promise<WriteOutcome>
}

/** A query, in the form that the version of the server asks for. */
export interface Question {
  readonly path: string
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Longest answer. */
  readonly bytesMax: number
}

interface Exchange {
  readonly method: string
  readonly url: URL
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** A longer answer is refused; absent where its beginning will do. */
  readonly bytesMax?: number
}

/** Shorter bodies gain nothing. */
const compressedBytesMin = 1024
const compress = promisify(gzip)

export class HttpInfluxServer implements InfluxServer {
  readonly host: string
  readonly version: EndpointConfig['version']
  readonly database: string | undefined
  private readonly options: ServerOptions
  private readonly endpoint: Endpoint
  private readonly agent: HttpAgent | HttpsAgent
  private readonly isSecure: boolean
  private readonly open = new Set<(error: Error) => void>()

  constructor(options: ServerOptions) {
    this.options = options
    this.endpoint = endpointOf(options)
    const url = new URL(options.url)
    this.host = url.host
    this.version = options.version
    this.database = options.database
    this.isSecure = url.protocol === 'https:'
    this.agent = this.isSecure
      ? new HttpsAgent({ keepAlive: true, ...tlsOptions(options, url.hostname) })
      : new HttpAgent({ keepAlive: true })
  }

  async write(lines: string, precision: Precision): Promise<WriteOutcome> {
    try {
      const url = this.endpoint.writeUrl(precision)
      const body = Buffer.from(lines)
      const isPacked = this.options.isCompressed && body.length >= compressedBytesMin
      const answer = await this.exchange({
        method: 'POST',
        url,
        body: isPacked ? await compress(body) : body,
        headers: isPacked ? { 'content-encoding': 'gzip' } : {},
      })
      return readAnswer(answer, this.options.clock.now())
    } catch (error) {
      return { kind: 'later', error: unreachable(error, this.options.url) }
    }
  }

  async ask({ path, parameters, headers, body, bytesMax }: Question): Promise<ServerAnswer> {
    const { url: base, organization, version } = this.options
    const url = address(
      base,
      path,
      version === '2' ? { org: organization, ...parameters } : parameters,
    )
    try {
      return await this.exchange({
        method: 'POST',
        url,
        headers,
        body: Buffer.from(body),
        bytesMax,
      })
    } catch (error) {
      throw unreachable(error, base)
    }
  }

  /** Makes a request with the credentials; rejects when there is no answer. */
  exchange({ method, url, body, headers = {}, bytesMax }: Exchange): Promise<ServerAnswer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': body.length }
      const request = (this.isSecure ? requestSecure : requestPlain)(url, {
        method,
        agent: this.agent,
        headers: { ...this.endpoint.headers, ...headers, ...length },
      })
      const { timers, timeoutMs } = this.options
      const timer = timers.after(timeoutMs, () => abandon(tooSlow(this.host, timeoutMs)))
      const finish = (): void => {
        timer.cancel()
        this.open.delete(abandon)
      }
      const abandon = (error: Error): void => {
        finish()
        reject(error)
        request.destroy()
      }
      this.open.add(abandon)
      request.on('error', abandon)
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          if (text.length < (bytesMax ?? answerLengthMax)) text += chunk
          else if (bytesMax !== undefined) abandon(tooMuch(bytesMax))
        })
        response.on('error', abandon)
        response.on('end', () => {
          finish()
          const { statusCode: status = 0, headers: given } = response
          const version = versionOf(given)
          resolve({ status, retryAfter: given['retry-after'], body: text, version })
        })
      })
      request.end(body)
    })
  }

  close(): void {
    for (const abandon of this.open) {
      abandon(new NodeError('INFLUXDB_CLOSED', 'The connection was closed.'))
    }
    this.agent.destroy()
  }
}

const answerLengthMax = 1_000_000

function versionOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const version = headers['x-influxdb-version']
  return typeof version === 'string' ? version : undefined
}

function tooMuch(bytesMax: number): NodeError {
  const megabytes = Math.round(bytesMax / 1e6)
  const text = `The answer is longer than ${megabytes} MB: ask for less, or raise "Maximum response size".`
  return new NodeError('INFLUXDB_TOO_MUCH', text)
}

function tooSlow(host: string, timeoutMs: number): NodeError {
  return new NodeError('INFLUXDB_TIMEOUT', `${host} did not answer within ${timeoutMs / 1000} s.`)
}

/** A sentence for whatever kept the request from being answered. */
export function unreachable(error: unknown, url: string): NodeError {
  if (error instanceof NodeError) return error
  const { text } = networkProblem(error, placeOfUrl(url))
  return new NodeError('INFLUXDB_UNREACHABLE', text, { cause: error })
}

import type { Agent as HttpAgent, IncomingMessage } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { NodeError } from '@millrace/sdk'
import type { Timers } from '@millrace/sdk'
import { unpackBody } from '../body/unpack-body.ts'
import { nodeHttp, nodeHttps } from './node-modules.ts'
import { tlsOptions } from './tls.ts'
import type { TlsConfig } from './tls.ts'

export interface CallerOptions {
  readonly timers: Timers
  /** For the whole exchange, from the name look-up to the last byte of the answer. */
  readonly timeoutMs: number
  /** A longer answer is an error. */
  readonly answerBytesMax: number
  readonly tls?: TlsConfig
  readonly connectionsMax?: number
}

export interface Call {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface Answer {
  readonly status: number
  /** Names in lower case; of a header that came twice, all values. */
  readonly headers: Readonly<Record<string, string>>
  /** Unpacked. */
  readonly body: Uint8Array
  text(): string
}

/** Makes requests over connections that are kept open. Redirects are answers like others. */
export class Caller {
  private readonly options: CallerOptions
  private readonly plain: HttpAgent
  private readonly secure: HttpsAgent
  private readonly open = new Set<(error: Error) => void>()

  constructor(options: CallerOptions) {
    this.options = options
    const agent = { keepAlive: true, maxSockets: options.connectionsMax ?? 8 }
    this.plain = new nodeHttp.Agent(agent)
    this.secure = new nodeHttps.Agent(agent)
  }

  /** Rejects when there is no complete answer; any status is an answer. */
  exchange(call: Call): Promise<Answer> {
    const { url, method, body } = call
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:'
      const request = (isSecure ? nodeHttps : nodeHttp).request(url, {
        method,
        agent: isSecure ? this.secure : this.plain,
        ...(isSecure ? tlsOptions(this.options.tls ?? {}, url.hostname) : {}),
        headers: { ...usualHeaders, ...call.headers, ...lengthOf(body) },
      })
      const { timers, timeoutMs } = this.options
      const timer = timers.after(timeoutMs, () => abandon(tooSlow(url, timeoutMs)))
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
        this.read(response).then((answer) => {
          finish()
          if (!isSecure && wantsTls(answer)) reject(needsTls(url))
          else resolve(answer)
        }, abandon)
      })
      request.end(body)
    })
  }

  /** What is under way fails with `WEB_CLOSED`. */
  close(): void {
    for (const abandon of this.open) {
      abandon(new NodeError('WEB_CLOSED', 'It was closed before the answer came.'))
    }
    this.plain.destroy()
    this.secure.destroy()
  }

  private async read(response: IncomingMessage): Promise<Answer> {
    const max = this.options.answerBytesMax
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of response) {
      // No encoding was set, so chunks are bytes.
      const part = chunk as Buffer
      bytes += part.length
      if (bytes > max) throw tooLong(max)
      chunks.push(part)
    }
    const headers = flatHeaders(response)
    const packed = Buffer.concat(chunks)
    const body = packed.length === 0 ? packed : unpackBody(packed, headers['content-encoding'], max)
    return { status: response.statusCode ?? 0, headers, body, text: () => textOf(body) }
  }
}

const usualHeaders = { 'accept-encoding': 'gzip', 'user-agent': 'Millrace' } as const

/** What servers that speak TLS say to a plain request; by itself it would look like a bad request. */
const plainWords =
  /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL/i

function wantsTls({ status, body }: Answer): boolean {
  return status === 400 && body.length < 2000 && plainWords.test(textOf(body))
}

function needsTls({ host }: URL): NodeError {
  return new NodeError('WEB_NEEDS_TLS', `${host} speaks TLS: let Address begin with https://.`)
}

function lengthOf(body: string | Uint8Array | undefined): { 'content-length'?: number } {
  if (body === undefined) return {}
  return { 'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length }
}

function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

function tooSlow(url: URL, timeoutMs: number): NodeError {
  return new NodeError('WEB_TIMEOUT', `${url.host} did not answer within ${timeoutMs / 1000} s.`)
}

function tooLong(max: number): NodeError {
  return new NodeError('WEB_ANSWER_TOO_LONG', `The answer has more than ${max} bytes.`)
}

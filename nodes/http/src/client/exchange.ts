import type { IncomingMessage, RequestOptions } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { NodeError } from '@millrace/sdk'
import type { Timers } from '@millrace/sdk'
import { openAgents } from './agents.ts'
import type { Agents, WayConfig } from './agents.ts'
import { guardedLookup, refuseGuarded } from './egress-guard.ts'
import { nodeHttp, nodeHttps } from './node-modules.ts'
import { redirected } from './redirect.ts'
import { shownUrl } from './shown-url.ts'

export interface Call {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** `undefined` for a request without a body. */
  readonly body: string | Uint8Array | undefined
}

export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** After redirects. */
  readonly url: string
}

export interface ClientOptions {
  readonly timers: Timers
  readonly timeoutMs: number
  readonly redirectsMax: number
  readonly responseBytesMax: number
  readonly connectionsMax: number
  readonly way: WayConfig
}

/** Makes requests over connections that are kept open. */
export class HttpClient {
  private readonly options: ClientOptions
  private readonly agents: Agents
  private readonly open = new Set<(error: Error) => void>()

  constructor(options: ClientOptions) {
    this.options = options
    this.agents = openAgents(options.way, options.connectionsMax)
  }

  /** Follows redirects. Rejects when there is no complete answer; any status is an answer. */
  async exchange(call: Call): Promise<Answer> {
    let next = call
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.once(next)
      const location = redirectStatuses.has(answer.status) ? answer.headers['location'] : undefined
      const { redirectsMax } = this.options
      if (location === undefined || redirectsMax === 0) return answer
      if (redirects >= redirectsMax) throw tooManyRedirects(redirects)
      next = redirected(next, answer.status, location)
    }
  }

  close(): void {
    for (const abandon of this.open) {
      abandon(new NodeError('HTTP_CLOSED', 'The node was closed before the answer came.'))
    }
    this.agents.plain.destroy()
    this.agents.secure.destroy()
  }

  private once(call: Call): Promise<Answer> {
    const url = parsedUrl(call.url)
    if (!this.options.way.isMetadataAllowed) refuseGuarded(url.hostname)
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:'
      const options = this.requestOptions(call, isSecure)
      const request = (isSecure ? nodeHttps : nodeHttp).request(url, options)
      const { timers, timeoutMs } = this.options
      const timer = timers.after(timeoutMs, () => abandon(tooSlow(timeoutMs)))
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
        this.read(response, url.origin + url.pathname + url.search).then((answer) => {
          finish()
          resolve(answer)
        }, abandon)
      })
      request.end(call.body)
    })
  }

  private requestOptions({ method, headers, body }: Call, isSecure: boolean): RequestOptions {
    const length =
      body === undefined
        ? {}
        : { 'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length }
    return {
      method,
      agent: isSecure ? this.agents.secure : this.agents.plain,
      headers: { ...userAgent, 'accept-encoding': 'gzip, deflate, br', ...headers, ...length },
      ...lookupOf(this.options.way),
    }
  }

  private async read(response: IncomingMessage, url: string): Promise<Answer> {
    const max = this.options.responseBytesMax
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
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers,
      body: await unpacked(Buffer.concat(chunks), headers['content-encoding'], max),
      url,
    }
  }
}

/** Some services ask for one; and by it our own API knows flows, which must not change flows. */
export const userAgent = { 'user-agent': 'Millrace' } as const

/** A proxy looks names up itself; its own may lead anywhere. */
function lookupOf({ isMetadataAllowed, isProxied }: WayConfig): Pick<RequestOptions, 'lookup'> {
  return isMetadataAllowed || isProxied ? {} : { lookup: guardedLookup }
}

export function parsedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new NodeError('HTTP_BAD_URL', `"${shownUrl(text)}" is no http or https address.`)
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

async function unpacked(
  bytes: Buffer,
  encoding: string | undefined,
  maxOutputLength: number,
): Promise<Uint8Array> {
  const unpack = unpackers.get(encoding?.toLowerCase() ?? '')
  if (unpack === undefined || bytes.length === 0) return bytes
  try {
    return await unpack(bytes, { maxOutputLength })
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(maxOutputLength)
    throw new NodeError('HTTP_RESPONSE_BROKEN', 'The compressed answer is broken.', {
      cause: error,
    })
  }
}

function tooLong(max: number): NodeError {
  return new NodeError('HTTP_RESPONSE_TOO_LONG', `The answer has more than ${max} bytes.`)
}

function tooSlow(timeoutMs: number): NodeError {
  return new NodeError('HTTP_TIMEOUT', `No complete answer came within ${timeoutMs / 1000} s.`)
}

function tooManyRedirects(count: number): NodeError {
  return new NodeError('HTTP_REDIRECTS', `The server redirects more than ${count} times.`)
}

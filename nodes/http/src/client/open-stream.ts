import type { IncomingMessage } from 'node:http'
import { NodeError } from '@millrace/sdk'
import type { Agents, WayConfig } from './agents.ts'
import { parsedUrl, userAgent } from './exchange.ts'
import type { Call } from './exchange.ts'
import { guardedLookup, refuseGuarded } from './egress-guard.ts'
import { nodeHttp, nodeHttps } from './node-modules.ts'
import { callAt } from './redirect.ts'

export interface StreamOptions {
  readonly agents: Agents
  readonly way: WayConfig
  onResponse(response: IncomingMessage): void
  /** Nothing came, or it broke before the answer began. */
  onError(error: unknown): void
}

/** Begins a request whose answer is read as it comes. What it gives back ends it. */
export function openStream(call: Call, options: StreamOptions): () => void {
  let end = (): void => undefined
  const go = (next: Call, redirects: number): void => {
    const url = parsedUrl(next.url)
    const { way, agents } = options
    if (!way.isMetadataAllowed) refuseGuarded(url.hostname)
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? nodeHttps : nodeHttp).request(url, {
      method: next.method,
      headers: { ...userAgent, ...next.headers },
      agent: isSecure ? agents.secure : agents.plain,
      ...(way.isMetadataAllowed || way.isProxied ? {} : { lookup: guardedLookup }),
    })
    end = () => request.destroy()
    request.on('error', (error) => options.onError(error))
    request.on('response', (response) => {
      const { statusCode = 0, headers } = response
      const target = statusCode >= 301 && statusCode <= 308 ? headers.location : undefined
      const to = target === undefined ? undefined : URL.parse(target, url.href)?.href
      if (to === undefined) return options.onResponse(response)
      response.destroy()
      if (redirects === redirectsMax) {
        const text = `The server redirects more than ${redirectsMax} times.`
        options.onError(new NodeError('HTTP_REDIRECTS', text))
      } else attempt(callAt(next, to), redirects + 1)
    })
    request.end()
  }
  const attempt = (next: Call, redirects: number): void => {
    try {
      go(next, redirects)
    } catch (error) {
      options.onError(error)
    }
  }
  attempt(call, 0)
  return () => end()
}

const redirectsMax = 5

import type { ClientRequest } from 'node:http'
import { networkProblem, placeOfUrl } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import type { Status, Timers } from '@millrace/sdk'
import type { ConfigOfFields } from '@millrace/sdk/descriptor'
import { secretHeaders, signInHeaders, tlsOptions } from '@millrace/web'
import { WebSocket } from 'ws'
import { keepAlive } from './keep-alive.ts'
import { Redialer } from './redialer.ts'
import type { DialEvents } from './redialer.ts'
import type { webSocketFields } from './web-socket-fields.ts'

/** Which of the modes it is, the node has looked at. */
export type WebSocketConfig = Omit<ConfigOfFields<typeof webSocketFields>, 'mode'>

export interface WebSocketDialOptions {
  readonly config: WebSocketConfig
  readonly timers: Timers
  readonly status: (status: Status) => void
  readonly messageBytesMax: number
  /** A connection is there; it is read once this returns. */
  readonly onSocket: (socket: WebSocket) => void
}

/** Keeps a WebSocket to the address open. */
export function webSocketDialer(options: WebSocketDialOptions): Redialer {
  const { config, timers, status } = options
  const { url, connectTimeoutMs } = config
  return new Redialer({
    timers,
    status,
    place: url.split('?', 1)[0] ?? url,
    connectTimeoutMs,
    explain: (error) => explain(error, url),
    dial: (events) => dial(options, events),
  })
}

function dial(
  { config, timers, messageBytesMax, onSocket }: WebSocketDialOptions,
  { opened, closed }: DialEvents,
): () => void {
  let socket: WebSocket
  try {
    socket = new WebSocket(config.url, protocolsOf(config), {
      // By which our own server knows what a flow asks for, also after a redirect.
      headers: { 'User-Agent': 'Millrace', ...headersOf(config) },
      maxPayload: messageBytesMax,
      perMessageDeflate: false,
      followRedirects: true,
      maxRedirects: 5,
      ...tlsOptions(config),
    })
  } catch (error) {
    // Wrong settings, such as a subprotocol that cannot be one: others than these may come.
    timers.soon(() => closed(new NodeError('NET_WEBSOCKET_SETTINGS', `${String(error)}.`)))
    return () => undefined
  }
  socket.on('redirect', (to, request) => forgetHeaders(config, to, request))
  let problem: unknown
  socket.on('error', (error) => (problem = error))
  socket.once('close', (code, reason) => closed(problem ?? closeProblem(code, reason.toString())))
  socket.once('open', () => {
    opened()
    keepAlive(socket, timers, config.pingEveryMs)
    onSocket(socket)
  })
  return () => socket.terminate()
}

export function protocolsOf({ protocols = '' }: Pick<WebSocketConfig, 'protocols'>): string[] {
  return protocols
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function headersOf(config: WebSocketConfig): Record<string, string> {
  const rows = config.headers.map(({ name, value }) => [name, value])
  const secret = secretHeaders(config.secretHeaders)
  return { ...signInHeaders(config), ...secret, ...Object.fromEntries(rows) }
}

/** What we were told to say is for the origin we were told: another one hears none of it. */
function forgetHeaders(config: WebSocketConfig, to: string, request: ClientRequest): void {
  if (URL.parse(to)?.origin === URL.parse(config.url)?.origin) return
  for (const name of Object.keys(headersOf(config))) request.removeHeader(name)
}

/** RFC 6455, 7.4.1: 1000 and 1001 are ends as usual. */
function closeProblem(code: number, reason: string): NodeError | undefined {
  if (code === 1000 || code === 1001 || code === 1005) return undefined
  const why = reason === '' ? '' : `: ${reason}`
  return new NodeError('NET_WEBSOCKET_CLOSED', `The other side ended with code ${code}${why}.`)
}

function explain(error: unknown, url: string): string {
  if (error instanceof NodeError) return error.message
  const status = /Unexpected server response: (\d+)/.exec(String(error))?.[1]
  if (status === undefined) return networkProblem(error, placeOfUrl(url)).text
  return `${url.split('?', 1)[0]} answers with ${status}, not with a WebSocket.${hints.get(status) ?? ''}`
}

const hints: ReadonlyMap<string, string> = new Map([
  ['401', ' See "Sign-in".'],
  ['403', ' See "Sign-in".'],
  ['404', ' Is the path in "Address" right?'],
  ['426', ' Does it want another subprotocol?'],
])

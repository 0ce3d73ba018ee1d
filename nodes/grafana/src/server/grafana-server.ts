import { NodeError } from '@millrace/sdk'
import type { ConnectionContext } from '@millrace/sdk'
import { Caller, retryAfterMs, unreachable } from '@millrace/web'
import type { Answer } from '@millrace/web'
import type { grafanaConnectionDescriptor } from '../connection/descriptor.ts'

export type ConnectionOf = ConnectionContext<typeof grafanaConnectionDescriptor>

/** What became of a request. */
export type Reply =
  | { readonly kind: 'done'; readonly status: number; readonly value: unknown }
  /** What it was about is not there. */
  | { readonly kind: 'missing'; readonly error: NodeError }
  /** Asking again would change nothing. */
  | { readonly kind: 'refused'; readonly error: NodeError }
  /** May be asked again later. */
  | { readonly kind: 'later'; readonly error: NodeError; readonly afterMs?: number | undefined }

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Below the server's address, such as `/api/annotations`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON; text is sent as it is. */
  readonly body?: object | string
}

/** A Grafana; what the nodes of a flow share. */
export interface GrafanaServer {
  readonly host: string
  /** Never rejects. */
  ask(request: Ask): Promise<Reply>
  close(): void
}

export function openGrafana({ config, clock, timers }: ConnectionOf): GrafanaServer {
  const { timeoutMs, token, organization } = config
  const base = new URL(config.url)
  const caller = new Caller({ timers, timeoutMs, answerBytesMax: 10_000_000, tls: config })
  const headers = {
    accept: 'application/json',
    ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...(organization === undefined ? {} : { 'x-grafana-org-id': String(organization) }),
  }
  return {
    host: base.host,
    ask: async (request) => {
      try {
        const { method, body } = request
        const isText = typeof body === 'string'
        const type = isText ? 'text/plain; charset=utf-8' : 'application/json'
        const answer = await caller.exchange({
          method,
          url: addressOf(base, request),
          headers: body === undefined ? headers : { ...headers, 'content-type': type },
          ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
        })
        return replyOf(answer, clock.now())
      } catch (error) {
        const text = unreachable(error, base.href)
        return { kind: 'later', error: new NodeError('GRAFANA_UNREACHABLE', text) }
      }
    },
    close: () => caller.close(),
  }
}

function addressOf(base: URL, { path, query = {} }: Ask): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}${path}`
  url.search = new URLSearchParams(query).toString()
  return url
}

/** What a person can mend at the server, such as rights, is waited for. */
function replyOf(answer: Answer, nowMs: number): Reply {
  const { status } = answer
  const value = parsed(answer.text())
  if (status >= 200 && status < 300) return { kind: 'done', status, value }
  const text = messageOf(value) ?? (answer.text().trim().slice(0, 300) || `status ${status}`)
  const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs)
  switch (status) {
    case 400:
    case 409:
    case 412:
    case 413:
    case 422:
      return { kind: 'refused', error: failure('GRAFANA_REFUSED', `Grafana refused it: ${text}`) }
    case 401:
      return later(
        'GRAFANA_NOT_AUTHORIZED',
        `Grafana does not know the token: set a new "Token of a service account". ${text}`,
      )
    case 403:
      return later(
        'GRAFANA_NO_PERMISSION',
        `The service account may not do this: give it the role Editor in Grafana, or the right that is named here. ${text}`,
      )
    case 404:
      return {
        kind: 'missing',
        error: failure('GRAFANA_NOT_FOUND', `Grafana does not have it: ${text}`),
      }
    case 429:
      return later('GRAFANA_BUSY', 'Grafana asks for fewer requests.', afterMs)
    default:
      if (status >= 300 && status < 400) {
        return later(
          'GRAFANA_NOT_FOUND',
          `It leads elsewhere (status ${status}): check Address, and whether it is https.`,
        )
      }
      return later('GRAFANA_FAILED', `Grafana answered with status ${status}: ${text}`, afterMs)
  }
}

function later(code: string, text: string, afterMs?: number): Reply {
  return { kind: 'later', error: failure(code, text), afterMs }
}

function failure(code: string, text: string): NodeError {
  return new NodeError(code, text.trim())
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function messageOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('message' in value)) return undefined
  return typeof value.message === 'string' ? value.message.slice(0, 300) : undefined
}

/** The handle of a `grafana/connection`, which is what descriptors let the field refer to. */
export function asGrafana(handle: unknown): GrafanaServer {
  if (typeof handle === 'object' && handle !== null && 'ask' in handle) {
    return handle as GrafanaServer
  }
  throw new NodeError('GRAFANA_NO_SERVER', 'Choose a Grafana.')
}

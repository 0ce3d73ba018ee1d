import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'
import { Caller, retryAfterMs, signInHeaders, unreachable } from '@millrace/web'
import type { Answer, SendOutcome, SignIn, TlsConfig } from '@millrace/web'
import { encodeWriteRequest } from './encode-write-request.ts'
import type { SeriesToWrite } from './encode-write-request.ts'

export interface RemoteServerOptions extends SignIn, TlsConfig {
  readonly url: string
  readonly tenant?: string | undefined
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
}

/** A server that takes remote write; what the nodes of a flow share. */
export interface RemoteServer {
  readonly host: string
  /** Never rejects. */
  write(series: readonly SeriesToWrite[]): Promise<SendOutcome>
  close(): void
}

export function openRemoteServer(options: RemoteServerOptions): RemoteServer {
  const { timers, clock, timeoutMs, tenant } = options
  const url = new URL(options.url)
  const caller = new Caller({ timers, timeoutMs, answerBytesMax: 1_000_000, tls: options })
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
    'user-agent': 'millrace',
    ...(tenant === undefined || tenant === '' ? {} : { 'x-scope-orgid': tenant }),
    ...signInHeaders(options),
  }
  return {
    host: url.host,
    write: async (series) => {
      try {
        const body = encodeWriteRequest(series)
        const answer = await caller.exchange({ method: 'POST', url, headers, body })
        return outcomeOf(answer, clock.now())
      } catch (error) {
        const text = unreachable(error, url.href)
        return { kind: 'later', error: new NodeError('PROMETHEUS_UNREACHABLE', text) }
      }
    },
    close: () => caller.close(),
  }
}

/**
 * What the answer to a write means. A 400 says that samples are out of order, too old, or there
 * already with another value; sending them again would not help. What a person can mend at the
 * server, such as rights, is waited for.
 */
export function outcomeOf(answer: Answer, nowMs: number): SendOutcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const text = answer.text().trim().slice(0, 300) || `status ${status}`
  const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs)
  switch (status) {
    case 400:
    case 409:
    case 422:
      return { kind: 'refused', error: refused(text) }
    case 413:
      return { kind: 'too-long', error: refused(text) }
    case 401:
    case 403:
      return later('PROMETHEUS_NOT_AUTHORIZED', `It does not let us write: check Sign-in. ${text}`)
    case 404:
    case 405:
    case 415:
      return later(
        'PROMETHEUS_NOT_FOUND',
        `It takes no remote write there: check Address, and whether its receiver is on (Prometheus: --web.enable-remote-write-receiver). ${text}`,
      )
    case 429:
      return later('PROMETHEUS_BUSY', 'It asks for fewer samples.', afterMs)
    default:
      return later('PROMETHEUS_FAILED', `It answered with status ${status}: ${text}`, afterMs)
  }
}

function refused(text: string): NodeError {
  return new NodeError('PROMETHEUS_REFUSED', `The server refused the sample: ${text}`)
}

function later(code: string, text: string, afterMs?: number): SendOutcome {
  return { kind: 'later', error: new NodeError(code, text), afterMs }
}

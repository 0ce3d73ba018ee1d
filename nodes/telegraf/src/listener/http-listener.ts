import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { NodeError } from '@millrace/sdk'
import { Caller, retryAfterMs, signInHeaders, unreachable } from '@millrace/web'
import type { Answer, SendOutcome } from '@millrace/web'
import type { ConnectionOf, Listener } from './listener.ts'

const compress = promisify(gzip)

/** Shorter bodies gain nothing. */
const packedBytesMin = 1024

/** `influxdb_listener`, `influxdb_v2_listener` and `http_listener_v2`. */
export function openHttpListener({ config, clock, timers }: ConnectionOf): Listener {
  const { timeoutMs } = config
  const caller = new Caller({ timers, timeoutMs, answerBytesMax: 1_000_000, tls: config })
  const url = writeUrl(config)
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...authorization(config) }
  return {
    where: url.host,
    precision: 'ns',
    write: async (lines) => {
      try {
        const body = Buffer.from(`${lines.join('\n')}\n`)
        const isPacked = body.length >= packedBytesMin
        const answer = await caller.exchange({
          method: 'POST',
          url,
          headers: isPacked ? { ...headers, 'content-encoding': 'gzip' } : headers,
          body: isPacked ? await compress(body) : body,
        })
        return outcomeOf(answer, clock.now())
      } catch (error) {
        const text = unreachable(error, url.href)
        return { kind: 'later', error: new NodeError('TELEGRAF_UNREACHABLE', text) }
      }
    },
    close: () => caller.close(),
  }
}

type Config = ConnectionOf['config']

function writeUrl(config: Config): URL {
  const url = new URL(config.url)
  const base = url.pathname.replace(/\/$/, '')
  if (config.listener === 'influxdb') {
    url.pathname = `${base}/write`
    url.searchParams.set('precision', 'ns')
    if (config.database !== '') url.searchParams.set('db', config.database)
  } else if (config.listener === 'influxdb_v2') {
    url.pathname = `${base}/api/v2/write`
    url.searchParams.set('precision', 'ns')
    if (config.bucket !== '') url.searchParams.set('bucket', config.bucket)
  }
  return url
}

function authorization({ listener, token, username, password }: Config): Record<string, string> {
  if (listener === 'influxdb_v2') {
    return token === undefined || token === '' ? {} : { authorization: `Token ${token}` }
  }
  if (username === undefined || username === '') return {}
  return signInHeaders({ auth: 'basic', username, password })
}

function outcomeOf(answer: Answer, nowMs: number): SendOutcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const text = answer.text().trim().slice(0, 300) || `status ${status}`
  const afterMs = retryAfterMs(answer.headers['retry-after'], nowMs)
  switch (status) {
    case 400:
    case 422:
      return {
        kind: 'refused',
        error: failure('TELEGRAF_REFUSED', `It refused the point: ${text}`),
      }
    case 413:
      return { kind: 'too-long', error: failure('TELEGRAF_REFUSED', `It is too long: ${text}`) }
    case 401:
    case 403:
      return later('TELEGRAF_NOT_AUTHORIZED', 'It does not let us write: check Sign-in.')
    case 404:
    case 405:
      return later(
        'TELEGRAF_NOT_FOUND',
        `It takes nothing at this address: check "Telegraf input", Address and its path. ${text}`,
      )
    case 429:
    case 503:
      return later('TELEGRAF_BUSY', 'Telegraf is busy.', afterMs)
    default:
      return later('TELEGRAF_FAILED', `It answered with status ${status}: ${text}`, afterMs)
  }
}

function later(code: string, text: string, afterMs?: number): SendOutcome {
  return { kind: 'later', error: failure(code, text), afterMs }
}

function failure(code: string, text: string): NodeError {
  return new NodeError(code, text)
}

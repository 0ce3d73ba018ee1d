import type { Timers } from '@millrace/sdk'
import { Caller, unreachable } from '@millrace/web'
import type { TlsConfig } from '@millrace/web'
import { Refusal } from '../refusal.ts'

export interface GrafanaAnswer {
  readonly status: number
  /** Empty where it is no object. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks a Grafana as its connection says; the values come as they are saved. */
export class GrafanaClient {
  readonly base: URL
  readonly #caller: Caller
  readonly #headers: Readonly<Record<string, string>>

  constructor(config: Readonly<Record<string, unknown>>) {
    const { url, token, organization, timeoutMs } = config
    const base = URL.parse(typeof url === 'string' ? url : 'http://localhost:3000')
    if (base === null || !/^https?:$/.test(base.protocol)) {
      const message = 'The address of Grafana must begin with http:// or https://'
      throw new Refusal(422, { code: 'GRAFANA_BAD_ADDRESS', message, path: 'connection' })
    }
    this.base = base
    this.#headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
      ...(typeof organization === 'number' ? { 'x-grafana-org-id': String(organization) } : {}),
    }
    this.#caller = new Caller({
      timers,
      timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : 10_000,
      answerBytesMax: 10_000_000,
      tls: tlsOf(config),
    })
  }

  /** Throws a refusal where it cannot be reached. */
  async ask(method: string, path: string, body?: object): Promise<GrafanaAnswer> {
    const url = new URL(this.base)
    url.pathname = `${this.base.pathname.replace(/\/$/, '')}${path}`
    try {
      const answer = await this.#caller.exchange({
        method,
        url,
        headers: this.#headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: recordOf(answer.text()) }
    } catch (error) {
      const message = unreachable(error, this.base.href)
      throw new Refusal(502, { code: 'GRAFANA_UNREACHABLE', message }, error)
    }
  }

  close(): void {
    this.#caller.close()
  }
}

function tlsOf(config: Readonly<Record<string, unknown>>): TlsConfig {
  const text = (name: string): string | undefined => {
    const value = config[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    isVerified: config['isVerified'] !== false,
    ca: text('ca'),
    serverName: text('serverName'),
    clientCertificate: text('clientCertificate'),
    clientKey: text('clientKey'),
  }
}

function recordOf(text: string): GrafanaAnswer['body'] {
  try {
    const value: unknown = JSON.parse(text)
    // An object or a list, whose members are looked at one by one.
    return typeof value === 'object' && value !== null ? (value as GrafanaAnswer['body']) : {}
  } catch {
    return {}
  }
}

const timers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs)
    return { cancel: () => clearInterval(timer) }
  },
  soon: (run) => void setImmediate(run),
}

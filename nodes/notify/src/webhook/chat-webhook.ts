import { createHmac } from 'node:crypto'
import { NodeError } from '@millrace/sdk'
import type { ConnectionContext } from '@millrace/sdk'
import { messageFor, services } from '../chat/formats/index.ts'
import type { Announcement } from '../policy/dispatch.ts'
import type { Outcome } from '../policy/outcome.ts'
import { Poster } from '../post/post.ts'
import { tlsOf } from '../post/tls-of.ts'
import type { webhookDescriptor } from './descriptor.ts'

type Context = ConnectionContext<typeof webhookDescriptor>

export interface ChatRules {
  readonly prefix: string
  readonly listedMax: number
}

/** A channel that takes messages; what the nodes of a flow share. */
export interface ChatChannel {
  readonly name: string
  /** Never rejects. */
  send(announcement: Announcement, rules: ChatRules): Promise<Outcome>
}

export const addressLabel = 'Webhook address'

export class ChatWebhook implements ChatChannel {
  readonly name: string
  private readonly context: Context
  private readonly poster: Poster

  constructor(context: Context) {
    const { config, clock, timers } = context
    const { name, refusedHint } = services[config.service]
    this.context = context
    this.name = name
    const { timeoutMs } = config
    const tls = tlsOf(config)
    this.poster = new Poster({ clock, timers, timeoutMs, tls, addressLabel, name, refusedHint })
  }

  send(announcement: Announcement, rules: ChatRules): Promise<Outcome> {
    const { service, url } = this.context.config
    const body = messageFor(service, announcement, rules)
    const headers = this.headersFor(announcement.id, body)
    return this.poster.post(() => addressOf(url), { body, headers })
  }

  close(): void {
    this.poster.close()
  }

  private headersFor(id: string, body: string): Record<string, string> {
    const { service, signingKey, signatureHeader, token } = this.context.config
    if (service !== 'generic') return {}
    const headers: Record<string, string> = { 'idempotency-key': id }
    if (isSet(token)) headers['authorization'] = `Bearer ${token}`
    if (isSet(signingKey)) {
      const digest = createHmac('sha256', signingKey).update(body).digest('hex')
      headers[signatureHeader] = `sha256=${digest}`
    }
    return headers
  }
}

/** Throws a sentence without the address in it: it is a secret. */
export function addressOf(text: string | undefined): URL {
  if (!isSet(text)) throw new NodeError('NOTIFY_NO_ADDRESS', `Give the "${addressLabel}".`)
  const url = URL.parse(text.trim())
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  const wanted = 'It begins with https:// and is copied from the service.'
  throw new NodeError('NOTIFY_BAD_ADDRESS', `The "${addressLabel}" is no web address. ${wanted}`)
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

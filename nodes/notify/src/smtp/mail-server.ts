import { tlsOptions } from '@millrace/reach'
import type { ConnectionContext } from '@millrace/sdk'
import { createTransport } from 'nodemailer'
import type { Outcome } from '../policy/outcome.ts'
import { tlsOf } from '../post/tls-of.ts'
import type { smtpDescriptor } from './descriptor.ts'
import { mailOutcome, smtpError } from './smtp-error.ts'
import type { MailPlace } from './smtp-error.ts'

type Context = ConnectionContext<typeof smtpDescriptor>
type Config = Context['config']

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same when the mail is sent again. */
  readonly id: string
  readonly isUrgent: boolean
}

/** Sends mails; what the nodes of a flow share. */
export interface MailSender {
  readonly name: string
  /** Never rejects. */
  sendMail(mail: Mail): Promise<Outcome>
}

export class MailServer implements MailSender {
  readonly name: string
  readonly place: MailPlace
  private readonly config: Config
  private readonly transport: ReturnType<typeof transportOf>

  constructor({ config }: Context) {
    this.config = config
    this.place = placeOf(config)
    this.name = `${this.place.host}:${this.place.port}`
    this.transport = transportOf(config, this.place)
  }

  async sendMail({ to, subject, text, html, id, isUrgent }: Mail): Promise<Outcome> {
    const { from } = this.config
    const domain = from.replace(/^.*@/, '').replace(/>.*$/, '')
    try {
      const { rejected } = await this.transport.sendMail({
        from,
        to,
        subject,
        text,
        html,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...(isUrgent ? { priority: 'high' } : {}),
        // What a device says is text, never a place to read from.
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      return mailOutcome(rejected)
    } catch (error) {
      return smtpError(error, this.place)
    }
  }

  /** Connects and signs in, and ends it again. Rejects with a sentence. */
  async verify(): Promise<void> {
    try {
      await this.transport.verify()
    } catch (error) {
      const outcome = smtpError(error, this.place)
      throw outcome.error
    }
  }

  close(): void {
    this.transport.close()
  }
}

const usualPorts = { starttls: 587, tls: 465, none: 25 } as const

export function placeOf({ host, port, security }: Config): MailPlace {
  return { host, port: port ?? usualPorts[security], peer: 'mail server', security }
}

function transportOf(config: Config, { host, port }: MailPlace) {
  const { security, clientName, timeoutMs } = config
  return createTransport({
    // Mails that follow one another go over one connection; it ends when it was idle for long.
    pool: true,
    maxConnections: 1,
    maxMessages: 100,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: tlsOptions(host, tlsOf(config)),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    ...signInOf(config),
    ...(clientName === undefined || clientName === '' ? {} : { name: clientName }),
  })
}

function signInOf(config: Config) {
  const { auth, username, password, clientId, clientSecret, refreshToken, tokenUrl } = config
  if (auth === 'none') return {}
  if (auth === 'password') return { auth: { user: username, pass: password ?? '' } }
  const own = { clientId, clientSecret: clientSecret ?? '', refreshToken: refreshToken ?? '' }
  return { auth: { type: 'OAuth2', user: username, ...own, accessUrl: tokenUrl } }
}

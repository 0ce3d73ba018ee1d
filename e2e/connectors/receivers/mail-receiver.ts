import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came, headers first. */
  readonly source: string
}

export interface MailReceiver {
  readonly port: number
  readonly mails: readonly ReceivedMail[]
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void>
  /** Listens again at the same port. */
  restart(): Promise<void>
  /** Takes mails in without an answer until the result is called. */
  halt(): () => void
}

export interface MailReceiverOptions {
  readonly user?: { readonly name: string; readonly password: string }
  /** Takes this access token (XOAUTH2) of the user, and no password. */
  readonly accessToken?: string
  readonly tls?: { readonly key: string; readonly cert: string }
  /** TLS from the start. */
  readonly isSecure?: boolean
  /** The error with which an address is refused. */
  readonly refuse?: (
    address: string,
  ) => { readonly code: number; readonly text: string } | undefined
  readonly bytesMax?: number
}

/** A mail server of its own protocol library, not of the one that Millrace speaks with. */
export async function startMailReceiver(options: MailReceiverOptions = {}): Promise<MailReceiver> {
  const mails: ReceivedMail[] = []
  const gate: Gate = { waiting: undefined }
  const listenAt = (at: number) => listen(serverOptions(options, { mails, gate }), at)
  let server = await listenAt(0)
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    mails,
    kill: () => end(server),
    restart: async () => {
      server = await listenAt(port)
    },
    halt: () => {
      gate.waiting = []
      return () => {
        for (const answer of gate.waiting ?? []) answer()
        gate.waiting = undefined
      }
    },
  }
}

/** Answers that wait while it is halted. */
interface Gate {
  waiting: (() => void)[] | undefined
}

function listen(options: SMTPServerOptions, port: number): Promise<SMTPServer> {
  const server = new SMTPServer(options)
  // Whoever breaks a connection is no affair of the test.
  server.on('error', () => undefined)
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function end(server: SMTPServer): Promise<void> {
  if (!server.server.listening) return Promise.resolve()
  for (const connection of server.connections) connection._socket?.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}

function serverOptions(
  { user, accessToken, tls, isSecure = false, refuse, bytesMax }: MailReceiverOptions,
  { mails, gate }: { readonly mails: ReceivedMail[]; readonly gate: Gate },
): SMTPServerOptions {
  return {
    secure: isSecure,
    ...tls,
    authOptional: user === undefined,
    disabledCommands: tls === undefined ? ['STARTTLS'] : [],
    allowInsecureAuth: true,
    ...(bytesMax === undefined ? {} : { size: bytesMax }),
    authMethods: accessToken === undefined ? ['PLAIN', 'LOGIN'] : ['XOAUTH2'],
    onAuth: ({ username, password, accessToken: token }, _session, done) => {
      const isProven =
        accessToken === undefined ? password === user?.password : token === accessToken
      const isRight = username === user?.name && isProven
      if (isRight) done(null, { user: username })
      else done(refusal(535, 'Authentication credentials invalid'))
    },
    onRcptTo: ({ address }, _session, done) => {
      const reason = refuse?.(address)
      done(reason === undefined ? null : refusal(reason.code, reason.text))
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(refusal(552, 'Message exceeds fixed maximum size'))
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map((recipient) => recipient.address)
        const answer = (): void => {
          mails.push({ from, to, source: Buffer.concat(chunks).toString('utf8') })
          done(null)
        }
        if (gate.waiting === undefined) answer()
        else gate.waiting.push(answer)
      })
    },
  }
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

import { networkProblem } from '@millrace/reach'
import type { Where } from '@millrace/reach'
import { NodeError } from '@millrace/sdk'
import type { Outcome } from '../policy/outcome.ts'

export interface MailPlace extends Where {
  readonly security: 'starttls' | 'tls' | 'none'
}

type Failure = Exclude<Outcome, { kind: 'sent' }>

/** All took it, or some did. */
export function mailOutcome(rejected: readonly string[]): Outcome {
  if (rejected.length === 0) return { kind: 'sent' }
  const names = rejected.slice(0, namedMax).join(', ')
  return { kind: 'sent', warning: `The mail server refuses some of "To": ${names}.` }
}

const namedMax = 3

/** What kept a mail from being sent, as RFC 5321 and the codes of nodemailer tell it. */
export function smtpError(error: unknown, place: MailPlace): Failure {
  const told = toldBy(error)
  if (told.code === 'EOAUTH2' || told.command === 'AUTH XOAUTH2') {
    const fields = '"OAuth client id", its secret, the refresh token, or "User name"'
    return later('MAIL_SIGN_IN', `OAuth refuses ${fields}: ${told.text}`, error)
  }
  if (told.code === 'EAUTH' || told.code === 'ENOAUTH') return later('MAIL_SIGN_IN', signIn(told))
  if (told.status === 552 || /size larger/i.test(told.text)) {
    const text = 'The mail server takes no mail that long.'
    return { kind: 'too-long', error: new NodeError('MAIL_TOO_LONG', text, { cause: error }) }
  }
  if (told.code === 'EENVELOPE' || told.code === 'EMESSAGE') return refusal(told, error)
  if (told.status > 0 && told.command !== 'STARTTLS')
    return later('MAIL_FAILED', `The mail server answered: ${told.text}`, error)
  return later('MAIL_UNREACHABLE', connectionText(error, told, place), error)
}

interface Told {
  readonly code: string
  /** The code of the system error behind it. */
  readonly system: string
  /** Of the reply, or 0. */
  readonly status: number
  readonly command: string
  readonly text: string
}

function toldBy(error: unknown): Told {
  const fields: Readonly<Record<string, unknown>> =
    // An object, whose members are looked at one by one.
    typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
  const { responseCode } = fields
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: textOf(fields['code']),
    system: textOf(fields['originalCode']) || textOf(fields['code']),
    status: typeof responseCode === 'number' ? responseCode : 0,
    command: textOf(fields['command']),
    text: (textOf(fields['response']) || message).replaceAll(/\s+/g, ' ').slice(0, 200),
  }
}

function later(code: string, text: string, cause?: unknown): Failure {
  return { kind: 'later', error: new NodeError(code, text, { cause }) }
}

function signIn({ status, text }: Told): string {
  if (status === 535 || status === 534) {
    return `The mail server refuses "User name" or "Password": ${text}`
  }
  return `Signing in to the mail server failed: ${text}`
}

/** 4xx passes; 5xx does not, but what a person can mend in the settings waits for it. */
function refusal({ status, command, text }: Told, cause: unknown): Failure {
  if (status >= 400 && status < 500) {
    return later('MAIL_DEFERRED', `The mail server takes it later: ${text}`, cause)
  }
  if (status === 530)
    return later('MAIL_SIGN_IN', `The mail server wants a sign-in: ${text}`, cause)
  if (command === 'MAIL FROM') {
    return later('MAIL_SENDER', `The mail server refuses the "Sender": ${text}`, cause)
  }
  if (command === 'RCPT TO') {
    const error = new NodeError('MAIL_RECIPIENT', `The mail server refuses "To": ${text}`, {
      cause,
    })
    return { kind: 'refused', error }
  }
  const error = new NodeError('MAIL_REFUSED', `The mail server refuses the mail: ${text}`, {
    cause,
  })
  return { kind: 'refused', error }
}

function connectionText(error: unknown, told: Told, place: MailPlace): string {
  const { code, system, text, status, command } = told
  const { host, port, security } = place
  const at = `${host}:${port}`
  if (command === 'STARTTLS' && status > 0) {
    return `${at} offers no STARTTLS. Choose another "Transport": TLS from the start, or none in a net that you trust.`
  }
  if (/greeting/i.test(text) && code === 'ETIMEDOUT') {
    const hint =
      security === 'tls' ? '' : ' If it wants TLS from the start, choose that as "Transport".'
    return `${at} takes the connection but says nothing.${hint}`
  }
  // nodemailer names by itself what the system had another name for.
  const cause = Object.assign(new Error(text), error instanceof Error ? error : {}, {
    code: system === 'ESOCKET' || system === 'ETLS' ? '' : usualCode(system),
  })
  return networkProblem(cause, place).text
}

function usualCode(code: string): string {
  if (code === 'EDNS') return 'ENOTFOUND'
  return code === 'ECONNECTION' ? 'ECONNRESET' : code
}

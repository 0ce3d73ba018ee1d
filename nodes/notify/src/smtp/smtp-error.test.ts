import { describe, expect, it, test } from 'vitest'
import { mailOutcome, smtpError } from './smtp-error.ts'

const place = {
  host: 'smtp.example.org',
  port: 587,
  peer: 'mail server',
  security: 'starttls',
} as const

function told(fields: object, message = 'it failed') {
  return smtpError(Object.assign(new Error(message), fields), place)
}

describe('an error of SMTP', () => {
  it.each([
    [{ code: 'EAUTH', responseCode: 535, response: '535 5.7.8 bad' }, 'later', '"Password"'],
    [{ code: 'EENVELOPE', responseCode: 450, command: 'RCPT TO' }, 'later', 'takes it later'],
    [{ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused', 'refuses "To"'],
    [{ code: 'EENVELOPE', responseCode: 553, command: 'MAIL FROM' }, 'later', 'the "Sender"'],
    [{ code: 'EENVELOPE', responseCode: 530, command: 'MAIL FROM' }, 'later', 'wants a sign-in'],
    [{ code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'refused', 'refuses the mail'],
    [{ code: 'EMESSAGE', responseCode: 552, command: 'DATA' }, 'too-long', 'no mail that long'],
    [{ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'later', 'Nothing answers at'],
    [{ code: 'EDNS', originalCode: 'ENOTFOUND' }, 'later', 'leads to no address'],
    [{ code: 'ETIMEDOUT' }, 'later', 'does not answer'],
    [{ code: 'ECONNECTION' }, 'later', 'broke'],
    [
      { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      'later',
      '"Certificate authority (PEM)"',
    ],
  ])('%o is %s', (fields, kind, text) => {
    const outcome = told(fields)
    expect(outcome.kind).toBe(kind)
    expect(outcome.error.message).toContain(text)
  })

  it('names the transport where the server offers no STARTTLS', () => {
    const fields = { code: 'ETLS', responseCode: 502, response: '502 no', command: 'STARTTLS' }
    expect(told(fields, 'Error upgrading connection with STARTTLS').error.message).toContain(
      '"Transport"',
    )
  })
})

test('a mail that some refuse is sent, with a warning', () => {
  expect(mailOutcome([])).toEqual({ kind: 'sent' })
  expect(mailOutcome(['a@example.org'])).toEqual({
    kind: 'sent',
    warning: 'The mail server refuses some of "To": a@example.org.',
  })
})

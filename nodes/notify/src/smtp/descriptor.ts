import { describe } from '@millrace/sdk/descriptor'
import { tlsFields } from '@millrace/web/descriptor'

const withSignIn = { field: 'auth', is: ['password'] } as const
const secure = { field: 'security', is: ['starttls', 'tls'] } as const
const verified = { ...secure, and: { field: 'isVerified', is: [true] } } as const
const { isVerified, ca, serverName, clientCertificate, clientKey } = tlsFields

export const smtpDescriptor = describe({
  type: 'notify/smtp',
  version: 1,
  kind: 'connection',
  title: 'Mail server',
  summary: 'A server that sends e-mail (SMTP), and how to sign in to it.',
  category: 'connections',
  icon: 'server',
  keywords: ['smtp', 'e-mail', 'email', 'mail', 'gmail', 'exchange', 'postfix'],
  inputs: [],
  outputs: [],
  face: '{host}',
  fields: {
    host: {
      kind: 'text',
      label: 'Host',
      section: 'Server',
      required: true,
      placeholder: 'smtp.example.org',
      format: 'host',
    },
    port: {
      kind: 'integer',
      label: 'Port',
      min: 1,
      max: 65535,
      placeholder: '587',
      help: 'When empty, the usual one: 587, 465 with TLS from the start, 25 without TLS.',
    },
    security: {
      kind: 'choice',
      label: 'Transport',
      default: 'starttls',
      options: [
        {
          value: 'starttls',
          label: 'STARTTLS',
          help: 'A server that does not offer it is refused.',
        },
        { value: 'tls', label: 'TLS from the start' },
        { value: 'none', label: 'No TLS', help: 'Password and mails can be read on the way.' },
      ],
    },
    from: {
      kind: 'text',
      label: 'Sender',
      required: true,
      maxLength: 500,
      placeholder: 'Millrace <millrace@example.org>',
      pattern: '[^\\r\\n]*[^\\s@<>]+@[^\\s@<>]+>?',
      patternHint: 'An address, such as millrace@example.org, or a name and an address in < >.',
      help: 'The server must let this user send by it.',
    },
    auth: {
      kind: 'choice',
      label: 'Sign-in',
      section: 'Sign-in',
      default: 'password',
      options: [
        { value: 'password', label: 'User name and password' },
        { value: 'none', label: 'None' },
      ],
    },
    username: {
      kind: 'text',
      label: 'User name',
      required: true,
      maxLength: 1000,
      when: withSignIn,
    },
    password: {
      kind: 'secret',
      label: 'Password',
      when: withSignIn,
      help: 'Many services want a password made for an app.',
    },
    clientName: {
      kind: 'text',
      label: 'Name of this machine',
      section: 'Transport',
      advanced: true,
      maxLength: 253,
      format: 'host',
      help: 'What we call ourselves (EHLO), for servers that check it.',
    },
    timeoutMs: {
      kind: 'duration',
      label: 'Give up an attempt after',
      advanced: true,
      default: 20_000,
      min: 100,
      max: 300_000,
      help: 'Without a word from the server.',
    },
    isVerified: { ...isVerified, when: secure },
    ca: { ...ca, when: verified },
    serverName: { ...serverName, when: secure },
    clientCertificate: { ...clientCertificate, when: secure },
    clientKey: { ...clientKey, when: secure },
  },
})

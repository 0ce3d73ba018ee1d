import { describe } from '@millrace/sdk/descriptor'
import { tlsFields } from '@millrace/web/descriptor'

const withPassword = { field: 'auth', is: ['password'] } as const
const withOauth = { field: 'auth', is: ['oauth2'] } as const
const withUser = { field: 'auth', is: ['password', 'oauth2'] } as const
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
        { value: 'oauth2', label: 'OAuth 2.0', help: 'As Google and Microsoft 365 ask for.' },
        { value: 'none', label: 'None' },
      ],
    },
    username: {
      kind: 'text',
      label: 'User name',
      required: true,
      maxLength: 1000,
      when: withUser,
    },
    password: {
      kind: 'secret',
      label: 'Password',
      when: withPassword,
      help: 'Many services want a password made for an app.',
    },
    clientId: {
      kind: 'text',
      label: 'OAuth client id',
      required: true,
      maxLength: 500,
      when: withOauth,
    },
    clientSecret: { kind: 'secret', label: 'OAuth client secret', when: withOauth },
    refreshToken: { kind: 'secret', label: 'OAuth refresh token', required: true, when: withOauth },
    tokenUrl: {
      kind: 'text',
      label: 'Token server address',
      required: true,
      format: 'url',
      default: 'https://oauth2.googleapis.com/token',
      suggestions: [
        'https://oauth2.googleapis.com/token',
        'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      ],
      when: withOauth,
      help: 'Where the refresh token gets access tokens, each good for an hour or so.',
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
      label: 'Timeout',
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

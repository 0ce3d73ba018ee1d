import { describe } from '@millrace/sdk/descriptor'

const secure = { field: 'transport', is: ['tls'] } as const
const verified = { ...secure, and: { field: 'isVerified', is: [true] } } as const
const withPassword = { field: 'signIn', is: ['plain', 'scram-sha-256', 'scram-sha-512'] } as const
const withToken = { field: 'signIn', is: ['oauthbearer'] } as const
const withFixedToken = { ...withToken, and: { field: 'tokenFrom', is: ['fixed'] } } as const
const withTokenServer = { ...withToken, and: { field: 'tokenFrom', is: ['server'] } } as const

export const kafkaConnectionDescriptor = describe({
  type: 'kafka/connection',
  version: 1,
  kind: 'connection',
  title: 'Kafka cluster',
  summary: 'A Kafka cluster and how to sign in to it; shared by the nodes that use it.',
  category: 'connections',
  icon: 'network',
  keywords: ['kafka', 'redpanda', 'confluent', 'msk', 'event hubs', 'broker', 'bootstrap', 'sasl'],
  inputs: [],
  outputs: [],
  face: '{brokers}',
  fields: {
    brokers: {
      kind: 'text',
      label: 'Brokers',
      section: 'Cluster',
      required: true,
      default: 'localhost:9092',
      placeholder: 'kafka-1.example.org:9092, kafka-2.example.org:9092',
      maxLength: 5000,
      pattern: '\\s*[^\\s,]+(\\s*,\\s*[^\\s,]+)*\\s*',
      patternHint: 'Brokers as host:port, with commas between them.',
      help: 'One is enough; of several, the first that answers names the others.',
    },
    transport: {
      kind: 'choice',
      label: 'Transport',
      default: 'tcp',
      options: [
        { value: 'tcp', label: 'TCP' },
        { value: 'tls', label: 'TLS' },
      ],
    },
    clientId: {
      kind: 'text',
      label: 'Client id',
      default: 'millrace',
      maxLength: 200,
      help: 'By which the logs and quotas of the brokers know this client.',
    },
    signIn: {
      kind: 'choice',
      label: 'Sign-in',
      section: 'Sign-in',
      default: 'none',
      options: [
        { value: 'none', label: 'None' },
        {
          value: 'plain',
          label: 'User name and password (SASL PLAIN)',
          help: 'The password is sent as it is: use it with TLS only.',
        },
        { value: 'scram-sha-256', label: 'User name and password (SCRAM-SHA-256)' },
        { value: 'scram-sha-512', label: 'User name and password (SCRAM-SHA-512)' },
        { value: 'oauthbearer', label: 'Token (OAUTHBEARER)' },
      ],
    },
    username: {
      kind: 'text',
      label: 'User name',
      required: true,
      maxLength: 1000,
      when: withPassword,
    },
    password: { kind: 'secret', label: 'Password', when: withPassword },
    tokenFrom: {
      kind: 'choice',
      label: 'Token from',
      default: 'server',
      when: withToken,
      options: [
        { value: 'server', label: 'Token server (OAuth 2 client credentials)' },
        { value: 'fixed', label: 'A fixed token' },
      ],
    },
    token: { kind: 'secret', label: 'Token', when: withFixedToken },
    tokenUrl: {
      kind: 'text',
      label: 'Token server address',
      required: true,
      format: 'url',
      placeholder: 'https://login.example.org/oauth2/token',
      when: withTokenServer,
    },
    tokenClientId: {
      kind: 'text',
      label: 'Token server client id',
      required: true,
      maxLength: 1000,
      when: withTokenServer,
    },
    tokenClientSecret: { kind: 'secret', label: 'Client secret', when: withTokenServer },
    tokenScope: { kind: 'text', label: 'Scope', maxLength: 1000, when: withTokenServer },
    tokenExtensions: {
      kind: 'list',
      label: 'SASL extensions',
      itemLabel: 'extension',
      advanced: true,
      default: [],
      when: withToken,
      item: {
        name: { kind: 'text', label: 'Name', required: true, pattern: '[A-Za-z]+' },
        value: { kind: 'text', label: 'Value', required: true },
      },
    },
    isVerified: {
      kind: 'boolean',
      label: 'Verify the certificate',
      section: 'TLS',
      default: true,
      when: secure,
      help: 'Without it, anybody in between can read and change everything.',
    },
    ca: {
      kind: 'code',
      language: 'text',
      label: 'Certificate authority (PEM)',
      when: verified,
      help: 'For brokers whose certificate is not signed by a public authority.',
    },
    serverName: {
      kind: 'text',
      label: 'Server name',
      advanced: true,
      when: secure,
      maxLength: 253,
      help: 'The name in the certificate, where it differs from the host.',
    },
    clientCertificate: { kind: 'secret', label: 'Client certificate (PEM)', when: secure },
    clientKey: { kind: 'secret', label: 'Client key (PEM)', when: secure },
    createsTopics: {
      kind: 'boolean',
      label: 'Let brokers create missing topics',
      section: 'More',
      advanced: true,
      default: false,
      help: 'Where the brokers allow that (auto.create.topics.enable).',
    },
    connectTimeoutMs: {
      kind: 'duration',
      label: 'Connection timeout',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
    },
  },
})

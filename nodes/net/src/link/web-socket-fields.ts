import { describe } from '@millrace/sdk/descriptor'
import {
  listenerFields,
  secretHeadersFields,
  signInFields,
  tlsFieldsWhen,
} from '@millrace/web/descriptor'

const connecting = { field: 'mode', is: ['connect'] } as const
const serving = { field: 'mode', is: ['serve'] } as const

/** Where a WebSocket leads; both nodes over WebSocket spread them into their fields. */
export const webSocketFields = describe({
  type: 'net/web-socket',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'plug',
  inputs: [],
  outputs: [],
  fields: {
    mode: {
      kind: 'choice',
      label: 'Connection',
      default: 'connect',
      options: [
        {
          value: 'connect',
          label: 'Connect',
          help: 'To an address, and again when the connection breaks.',
        },
        {
          value: 'serve',
          label: 'Wait for clients',
          help: 'They connect to a path on the port on which flows answer HTTP.',
        },
      ],
    },
    url: {
      kind: 'text',
      label: 'Address',
      required: true,
      maxLength: 4000,
      pattern: 'wss?://(?![^/?#]*:[^/?#]*@).+',
      patternHint: 'Starts with ws:// or wss://. A password belongs into Sign-in.',
      placeholder: 'wss://stream.example.org/v1',
      when: connecting,
    },
    path: {
      kind: 'text',
      label: 'Path',
      required: true,
      format: 'http-path',
      placeholder: '/live',
      when: serving,
    },
    clientsMax: {
      kind: 'integer',
      label: 'Maximum clients',
      advanced: true,
      default: 1000,
      min: 1,
      max: 100_000,
      when: serving,
    },
    clientToken: {
      kind: 'secret',
      label: 'Client token',
      when: serving,
      help: 'As Authorization: Bearer, or as ?token= for browsers. When empty, none is asked for.',
    },
    origins: { ...listenerFields.origins, when: serving },
    protocols: {
      kind: 'text',
      label: 'Subprotocols',
      advanced: true,
      maxLength: 1000,
      placeholder: 'graphql-transport-ws',
      help: 'Names, separated by commas.',
    },
    headers: {
      kind: 'list',
      label: 'Headers',
      itemLabel: 'header',
      format: 'http-headers',
      advanced: true,
      default: [],
      when: connecting,
      item: {
        name: {
          kind: 'text',
          label: 'Name',
          required: true,
          maxLength: 200,
          pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
          patternHint: 'Letters, digits and dashes, such as X-Client.',
        },
        value: { kind: 'text', label: 'Value', required: true, maxLength: 8000 },
      },
    },
    auth: { ...signInFields.auth, when: connecting },
    username: {
      ...signInFields.username,
      when: { ...signInFields.username.when, and: connecting },
    },
    password: {
      ...signInFields.password,
      when: { ...signInFields.password.when, and: connecting },
    },
    token: { ...signInFields.token, when: { ...signInFields.token.when, and: connecting } },
    keyHeader: {
      ...signInFields.keyHeader,
      when: { ...signInFields.keyHeader.when, and: connecting },
    },
    key: { ...signInFields.key, when: { ...signInFields.key.when, and: connecting } },
    secretHeaders: { ...secretHeadersFields.secretHeaders, when: connecting },
    pingEveryMs: {
      kind: 'duration',
      zero: 'never',
      label: 'Ping every',
      section: 'Limits',
      advanced: true,
      default: 30_000,
      min: 0,
      max: 3_600_000,
      help: 'Who does not answer until the next one is taken to be gone.',
    },
    connectTimeoutMs: {
      kind: 'duration',
      label: 'Connection timeout',
      advanced: true,
      default: 10_000,
      min: 100,
      max: 300_000,
      when: connecting,
    },
    // The address is there only to connect.
    ...tlsFieldsWhen({ field: 'url', begins: ['wss:'] }),
  },
}).fields

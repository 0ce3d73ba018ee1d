import { describe } from '@millrace/sdk/descriptor'

const basic = { field: 'auth', is: ['basic'] } as const
const bearer = { field: 'auth', is: ['bearer'] } as const
const byHeader = { field: 'auth', is: ['header'] } as const

/** How to sign in to a server over HTTP. */
export const signInFields = describe({
  type: 'web/sign-in',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'key-round',
  inputs: [],
  outputs: [],
  fields: {
    auth: {
      kind: 'choice',
      label: 'Sign-in',
      section: 'Sign-in',
      default: 'none',
      options: [
        { value: 'none', label: 'None' },
        { value: 'basic', label: 'User name and password' },
        { value: 'bearer', label: 'Token', help: 'Sent as Authorization: Bearer.' },
        { value: 'header', label: 'Key in a header', help: 'Such as X-API-Key.' },
      ],
    },
    username: { kind: 'text', label: 'User name', required: true, maxLength: 200, when: basic },
    password: { kind: 'secret', label: 'Password', when: basic },
    token: { kind: 'secret', label: 'Token', required: true, when: bearer },
    keyHeader: {
      kind: 'text',
      label: 'Key header',
      required: true,
      default: 'X-API-Key',
      maxLength: 200,
      pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
      patternHint: 'Letters, digits and dashes, such as X-API-Key.',
      suggestions: ['X-API-Key', 'Authorization', 'X-Auth-Token', 'Cookie'],
      when: byHeader,
    },
    key: { kind: 'secret', label: 'Key', required: true, when: byHeader },
  },
}).fields

/** For whoever asks for more than one secret header; beside a list of plain ones. */
export const secretHeadersFields = describe({
  type: 'web/secret-headers',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'key-round',
  inputs: [],
  outputs: [],
  fields: {
    secretHeaders: {
      kind: 'secret',
      label: 'Further secret headers',
      advanced: true,
      help: 'Paste a line for each, such as X-App-Key: 4711.',
    },
  },
}).fields

import { describe } from '@millrace/sdk/descriptor'

const basic = { field: 'auth', is: ['basic'] } as const
const bearer = { field: 'auth', is: ['bearer'] } as const

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
      ],
    },
    username: { kind: 'text', label: 'User name', required: true, maxLength: 200, when: basic },
    password: { kind: 'secret', label: 'Password', when: basic },
    token: { kind: 'secret', label: 'Token', required: true, when: bearer },
  },
}).fields

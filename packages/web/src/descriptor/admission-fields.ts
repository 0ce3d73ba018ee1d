import { describe } from '@millrace/sdk/descriptor'

/** Who may call in; a source that answers HTTP spreads them into its fields. */
export const admissionFields = describe({
  type: 'web/admission',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'key-round',
  inputs: [],
  outputs: [],
  fields: {
    admission: {
      kind: 'choice',
      label: 'Clients sign in with',
      section: 'Access',
      default: 'all',
      options: [
        { value: 'all', label: 'Nothing: anybody may come' },
        { value: 'token', label: 'Token' },
        { value: 'basic', label: 'User name and password' },
      ],
    },
    admitUser: {
      kind: 'text',
      label: 'User name',
      required: true,
      maxLength: 200,
      when: { field: 'admission', is: ['basic'] },
    },
    admitPassword: {
      kind: 'secret',
      label: 'Password',
      required: true,
      when: { field: 'admission', is: ['basic'] },
    },
    admitToken: {
      kind: 'secret',
      label: 'Token',
      required: true,
      when: { field: 'admission', is: ['token'] },
    },
  },
}).fields

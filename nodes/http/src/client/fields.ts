import { describe } from '@millrace/sdk/descriptor'
import { secretHeadersFields, signInFields, tlsFieldsWhen } from '@millrace/web/descriptor'

/** Of an address that is a template nobody can tell beforehand. */
const secure = { field: 'url', begins: ['https:', '{{'] } as const
const viaProxy = { field: 'isProxied', is: [true] } as const

/** What every node that calls out over HTTP asks for in the same way. */
export const clientFields = describe({
  type: 'http/client',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'globe',
  inputs: [],
  outputs: [],
  fields: {
    ...tlsFieldsWhen(secure),
    isProxied: {
      kind: 'boolean',
      label: 'Go through a proxy',
      section: 'Proxy',
      advanced: true,
      default: false,
    },
    proxyUrl: {
      kind: 'text',
      label: 'Proxy',
      required: true,
      format: 'url',
      placeholder: 'http://proxy.example.org:3128',
      maxLength: 1000,
      when: viaProxy,
    },
    proxyUsername: { kind: 'text', label: 'User name', maxLength: 1000, when: viaProxy },
    proxyPassword: { kind: 'secret', label: 'Password', when: viaProxy },
    isMetadataAllowed: {
      kind: 'boolean',
      label: 'Allow link-local addresses',
      section: 'Address',
      advanced: true,
      default: false,
      help: 'Those of cloud metadata services, such as 169.254.169.254, which hand out credentials.',
    },
  },
}).fields

/** Headers of a request that no message is behind. */
export const plainHeaderFields = describe({
  type: 'http/plain-headers',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'globe',
  inputs: [],
  outputs: [],
  fields: {
    headers: {
      kind: 'list',
      label: 'Headers',
      itemLabel: 'header',
      format: 'http-headers',
      advanced: true,
      default: [],
      item: {
        name: {
          kind: 'text',
          label: 'Name',
          required: true,
          maxLength: 200,
          pattern: "[!#$%&'*+.^_`|~0-9A-Za-z-]+",
          patternHint: 'Letters, digits and dashes, such as Accept-Language.',
        },
        value: { kind: 'text', label: 'Value', required: true, maxLength: 8000 },
      },
    },
    ...signInFields,
    ...secretHeadersFields,
  },
}).fields

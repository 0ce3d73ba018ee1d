import { describe } from '@millrace/sdk/descriptor'

/** Which pages may listen, for nodes that clients connect to; see `listenerRefusal`. */
export const listenerFields = describe({
  type: 'web/listeners',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'key-round',
  inputs: [],
  outputs: [],
  fields: {
    origins: {
      kind: 'text',
      label: 'Allowed origins',
      advanced: true,
      default: '',
      maxLength: 2000,
      pattern: '(?:\\*|https?://[^\\s,/*]+)(?:\\s*,\\s*(?:\\*|https?://[^\\s,/*]+))*',
      patternHint: 'Such as https://dashboard.example.org, with commas between; or * for all.',
      placeholder: 'https://dashboard.example.org',
      help: 'Of web pages that may connect. When empty, pages from this address, and those that know the token where one is set. Programs that are no browser have no origin.',
    },
  },
}).fields

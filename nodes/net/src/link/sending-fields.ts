import { encodeFields, formatChoices, packFields } from '@millrace/formats/fields'
import { describe } from '@millrace/sdk/descriptor'

/** What is sent, and how it is written; nodes that send spread them into their fields. */
export const sendingFields = describe({
  type: 'net/sending',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'send',
  inputs: [],
  outputs: [],
  fields: {
    body: {
      kind: 'expression',
      returns: 'any',
      label: 'Send',
      section: 'Messages',
      placeholder: 'payload',
      help: 'The payload when empty.',
    },
    format: { kind: 'choice', label: 'Format', default: 'json', options: formatChoices() },
    ...encodeFields('format'),
    ...packFields('format'),
  },
}).fields

import { describe } from '@millrace/sdk/descriptor'

/** The fields of every node that remembers something of each key. */
export const keyedFields = describe({
  type: 'detect/keyed',
  version: 1,
  kind: 'note',
  title: '',
  summary: '',
  category: 'notes',
  icon: 'key',
  inputs: [],
  outputs: [],
  fields: {
    key: {
      kind: 'expression',
      returns: 'any',
      label: 'Apart for each',
      placeholder: 'payload.device',
      help: "When empty: the message's key, or else its topic.",
    },
    forgetAfterMs: {
      kind: 'duration',
      zero: 'never',
      label: 'Forget a key after',
      section: 'Memory',
      advanced: true,
      default: 604_800_000,
      min: 0,
      help: 'A key of which nothing came for so long begins anew. 0 never forgets.',
    },
    keysMax: {
      kind: 'integer',
      label: 'Maximum keys',
      advanced: true,
      default: 100_000,
      required: true,
      min: 1,
      max: 10_000_000,
      help: 'Messages of further keys leave by the error port.',
    },
  },
}).fields

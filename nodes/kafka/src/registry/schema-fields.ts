import type { Fields } from '@millrace/sdk/descriptor'

const ownSchema = { field: 'schemaFrom', is: ['here'] } as const

/** By which schema of a registry values are written; to be spread into a descriptor's fields. */
export const schemaFields = {
  subject: {
    kind: 'text',
    label: 'Subject',
    required: true,
    placeholder: 'orders-value',
    maxLength: 500,
  },
  schemaFrom: {
    kind: 'choice',
    label: 'Schema',
    default: 'latest',
    options: [
      { value: 'latest', label: 'Latest in the registry' },
      { value: 'here', label: 'Set here' },
    ],
  },
  schemaType: {
    kind: 'choice',
    label: 'Schema type',
    default: 'AVRO',
    when: ownSchema,
    options: [
      { value: 'AVRO', label: 'Avro' },
      {
        value: 'PROTOBUF',
        label: 'Protobuf',
        help: 'The first message of the schema is written.',
      },
      { value: 'JSON', label: 'JSON Schema' },
    ],
  },
  schema: {
    kind: 'code',
    language: 'text',
    label: 'Schema text',
    required: true,
    when: ownSchema,
  },
  registersSchema: {
    kind: 'boolean',
    label: 'Register the schema',
    default: false,
    when: ownSchema,
    help: 'When the subject does not have it yet. Whether it is compatible is checked in any case.',
  },
} as const satisfies Fields

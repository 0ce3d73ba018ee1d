import type { FieldCondition, Fields } from '@millrace/sdk/descriptor'
import { prefixed, prefixedFields } from './prefixed.ts'
import type { Prefixed } from './prefixed.ts'

/** The schema registry of a node, of the connection type that all share. */
export const registryField = {
  kind: 'connection',
  type: 'kafka/registry',
  label: 'Schema registry',
  required: true,
} as const satisfies Fields[string]

/** For a field that chooses how something is read. */
export const registryReadChoice = {
  value: 'registry',
  label: 'By the schema registry',
  help: 'Avro, Protobuf or JSON by the schema whose number stands before it.',
} as const

/** For a field that chooses how something is written. */
export const registryWriteChoice = {
  value: 'registry',
  label: 'By the schema registry',
  help: 'Avro, Protobuf or JSON by a schema whose number is put before it.',
} as const

interface Given<Prefix extends string> {
  /** What must hold for the fields to be there. */
  readonly when?: FieldCondition
  readonly advanced?: boolean
  readonly prefix?: Prefix
}

/** By which schema of a subject values are written. The node brings the field of the subject. */
export function writingFields<const Prefix extends string = ''>({
  when,
  prefix,
  advanced = false,
}: Given<Prefix> = {}): Prefixed<ReturnType<typeof writingOptions>, Prefix> {
  // Without one it is empty.
  const name = (prefix ?? '') as Prefix
  return prefixedFields(
    writingOptions(when, { name: prefixed('schemaFrom', name), advanced }),
    name,
  )
}

interface Own {
  /** Of the field `schemaFrom`. */
  readonly name: string
  readonly advanced: boolean
}

function writingOptions(when: FieldCondition | undefined, { name, advanced }: Own) {
  const shown = when === undefined ? { advanced } : { advanced, when }
  const own: FieldCondition = {
    field: name,
    is: ['here'],
    ...(when === undefined ? {} : { and: when }),
  }
  return {
    schemaFrom: {
      kind: 'choice',
      label: 'Schema',
      default: 'latest',
      ...shown,
      options: [
        { value: 'latest', label: 'Latest in the registry' },
        { value: 'here', label: 'Set here' },
      ],
    },
    schemaType: {
      kind: 'choice',
      label: 'Schema type',
      default: 'AVRO',
      advanced,
      when: own,
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
      advanced,
      required: true,
      when: own,
    },
    registersSchema: {
      kind: 'boolean',
      label: 'Register the schema',
      advanced,
      default: false,
      when: own,
      help: 'When the subject does not have it yet. Whether it is compatible is checked in any case, before the flow is deployed.',
    },
  } as const satisfies Fields
}

/** As which schema Avro is read. */
export function readingFields({
  when,
  usualSubject,
}: {
  readonly when?: FieldCondition
  /** Whose it is when no subject is given, in words. */
  readonly usualSubject?: string
}) {
  const shown = when === undefined ? {} : { when }
  return {
    readAs: {
      kind: 'choice',
      label: 'Avro reader schema',
      advanced: true,
      default: 'written',
      ...shown,
      options: [
        { value: 'written', label: 'The one it was written with' },
        {
          value: 'latest',
          label: 'Latest of a subject',
          help: 'New fields get their default, those that are gone are left out.',
        },
      ],
    },
    readerSubject: {
      kind: 'text',
      label: 'Subject of the reader schema',
      advanced: true,
      default: '',
      required: usualSubject === undefined,
      placeholder: 'orders-value',
      maxLength: 500,
      when: { field: 'readAs', is: ['latest'], ...(when === undefined ? {} : { and: when }) },
      ...(usualSubject === undefined ? {} : { help: usualSubject }),
    },
  } as const satisfies Fields
}

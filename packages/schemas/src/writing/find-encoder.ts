import { NodeError } from '@millrace/sdk'
import type { SchemaText, SchemaType } from '../client/registered-schema.ts'
import { asRegistry, noSchema, titleOf } from '../client/schema-registry.ts'
import { openSchema } from '../codec/schema-codec.ts'
import type { SchemaCodec } from '../codec/schema-codec.ts'

/** By which schema values are written, as `writingFields` have it. */
export interface WritingConfig {
  readonly registry: unknown
  readonly schemaFrom: 'latest' | 'here'
  readonly schemaType: SchemaType
  readonly schema: string
  readonly registersSchema: boolean
}

/** What writes by a schema of a subject. */
export interface Encoder {
  readonly id: number
  /** Such as `Schema 7 of "orders-value"`. */
  readonly title: string
  readonly codec: SchemaCodec
}

/** Throws where there is no such schema, or one that the subject does not allow. */
export async function findEncoder(config: WritingConfig, subject: string): Promise<Encoder> {
  if (config.schemaFrom === 'latest') return newest(config, subject)
  const codec = openOwn(config)
  const { client } = asRegistry(config.registry)
  const schema = ownSchema(config)
  const id = (await registered(config, subject)) ?? (await client.register(subject, schema))
  return { id, title: titleOf(id, [subject]), codec }
}

/** Throws what would keep `findEncoder` from it, and registers nothing. */
export async function checkEncoder(config: WritingConfig, subject: string): Promise<void> {
  if (config.schemaFrom === 'latest') await newest(config, subject)
  else {
    openOwn(config)
    await registered(config, subject)
  }
}

/** Throws where the schema that is set in the node cannot be used, whatever the subject. */
export function openOwn(config: WritingConfig): SchemaCodec {
  return openSchema({ ...ownSchema(config), used: [] })
}

async function newest({ registry }: WritingConfig, subject: string): Promise<Encoder> {
  const found = await asRegistry(registry).client.latest(subject)
  if (found === undefined) throw noSchema(subject)
  const { id, whole } = found
  return { id, title: titleOf(id, [subject]), codec: openSchema(whole) }
}

/** The number of the node's own schema; `undefined` where it may be registered and is not yet. */
async function registered(config: WritingConfig, subject: string): Promise<number | undefined> {
  const { client } = asRegistry(config.registry)
  const schema = ownSchema(config)
  const id = await client.idOf(subject, schema)
  // One that the subject has may be used, also when it is not the newest any more.
  if (id !== undefined) return id
  const why = await client.incompatibility(subject, schema)
  if (why !== undefined) {
    const text = `The schema is not compatible with those that "${subject}" has: ${why}`
    throw new NodeError('SCHEMA_INCOMPATIBLE', text)
  }
  if (config.registersSchema) return undefined
  const text = `The schema is not registered for "${subject}". Register it there, or let this node do it.`
  throw new NodeError('SCHEMA_MISSING', text)
}

function ownSchema({ schemaType: type, schema: text }: WritingConfig): SchemaText {
  return { type, text, references: [] }
}

import { NodeError } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { framed } from './frame.ts'
import type { SchemaText, SchemaType, WholeSchema } from './registered-schema.ts'
import { openSchema } from './schema-codec.ts'
import type { SchemaCodec } from './schema-codec.ts'
import { asRegistry } from './schema-registry.ts'
import type { SchemaRegistry } from './schema-registry.ts'

type Context = Pick<NodeContext, 'clock' | 'goesOn' | 'status' | 'log'>

export interface WritingConfig {
  readonly registry: unknown
  /** That of the topic when empty. */
  readonly subject: string
  readonly schemaFrom: 'latest' | 'here'
  readonly schemaType: SchemaType
  readonly schema: string
  readonly registersSchema: boolean
}

/** The newest schema, and what is wrong with one, are looked at again after so long. */
const freshForMs = 300_000
const wrongForMs = 30_000
const topicsMax = 10_000

interface Encoder {
  readonly id: number
  readonly codec: SchemaCodec
}

interface Known {
  readonly encoder: Encoder | NodeError
  readonly until: number
}

/** Writes values by the schemas of the registry, for each topic by that of its subject. */
export class SubjectEncoders {
  private readonly context: Context
  private readonly config: WritingConfig
  private readonly registry: SchemaRegistry
  private readonly known = new Map<string, Known>()
  private readonly learning = new Map<string, Promise<void>>()
  private isTroubled = false

  /** `topic` is that of all messages, where it is known. */
  constructor(context: Context, config: WritingConfig, topic: string | undefined) {
    this.context = context
    this.config = config
    this.registry = asRegistry(config.registry)
    // So that what is wrong with the schema shows at once.
    if (topic !== undefined) void this.learn(topic)
  }

  /** Why values for the topic cannot be written; a promise where that is not known yet. */
  problem(topic: string): NodeError | Promise<void> | undefined {
    const known = this.known.get(topic)
    if (known === undefined) return this.learn(topic)
    if (known.until > this.context.clock.monotonic()) return problemOf(known)
    const learning = this.learn(topic)
    // What was good once is good until something newer is known.
    return problemOf(known) === undefined ? undefined : learning
  }

  /** To be called only where there is no problem with the topic. */
  encode(value: unknown, topic: string): Uint8Array {
    const encoder = this.known.get(topic)?.encoder
    if (encoder === undefined || encoder instanceof NodeError)
      throw encoder ?? new NodeError('KAFKA_NO_SCHEMA', `The schema of "${topic}" is not known.`)
    return framed(encoder.id, encoder.codec.encode(value))
  }

  private learn(topic: string): Promise<void> {
    const learning = this.learning.get(topic) ?? this.find(topic)
    this.learning.set(topic, learning)
    return learning
  }

  /** Never rejects. */
  private async find(topic: string): Promise<void> {
    const { clock } = this.context
    const { config } = this
    const subject = config.subject === '' ? `${topic}-value` : config.subject
    try {
      const encoder = await this.registry.insist(
        () => (config.schemaFrom === 'latest' ? this.newest(subject) : this.own(subject)),
        (error) => this.tell(error),
      )
      this.keep(topic, { encoder, until: clock.monotonic() + freshForMs })
      if (this.isTroubled) this.tellEnd(subject)
    } catch (error) {
      const problem = asProblem(error, subject)
      this.keep(topic, { encoder: problem, until: clock.monotonic() + wrongForMs })
      this.tell(problem)
    } finally {
      this.learning.delete(topic)
    }
  }

  private async newest(subject: string): Promise<Encoder> {
    const found = await this.registry.client.latest(subject)
    if (found !== undefined) return { id: found.id, codec: openSchema(found.whole) }
    const text = `The schema registry has no schema for "${subject}". Register one there, or give it here.`
    throw new NodeError('KAFKA_SCHEMA_MISSING', text)
  }

  private async own(subject: string): Promise<Encoder> {
    const { client } = this.registry
    const { schema: text, schemaType: type, registersSchema } = this.config
    const schema: SchemaText = { type, text, references: [] }
    const whole: WholeSchema = { ...schema, used: [] }
    const codec = openSchema(whole)
    const why = await client.incompatibility(subject, schema)
    if (why !== undefined) {
      const sentence = `The schema cannot follow the newest one of "${subject}": ${why}`
      throw new NodeError('KAFKA_SCHEMA_INCOMPATIBLE', sentence)
    }
    const id = registersSchema
      ? await client.register(subject, schema)
      : await client.idOf(subject, schema)
    if (id !== undefined) return { id, codec }
    const sentence = `The schema is not registered for "${subject}". Register it there, or let this node do it.`
    throw new NodeError('KAFKA_SCHEMA_MISSING', sentence)
  }

  private keep(topic: string, known: Known): void {
    if (this.known.size >= topicsMax) this.known.clear()
    this.known.set(topic, known)
  }

  private tellEnd(subject: string): void {
    this.isTroubled = false
    this.context.goesOn()
    this.context.status({ state: 'ok', text: `Writes by the schema of ${subject}`.slice(0, 200) })
  }

  private tell(error: NodeError): void {
    this.isTroubled = true
    this.context.goesOn()
    this.context.status({ state: 'error', text: error.message.slice(0, 200) })
    this.context.log.warn(error.message, { code: error.code })
  }
}

function problemOf({ encoder }: Known): NodeError | undefined {
  return encoder instanceof NodeError ? encoder : undefined
}

function asProblem(error: unknown, subject: string): NodeError {
  if (error instanceof NodeError) return error
  const why = error instanceof Error ? error.message : String(error)
  return new NodeError('KAFKA_SCHEMA_UNUSABLE', `The schema of "${subject}" cannot be used: ${why}`)
}

/** The topic, where it does not depend on the message. */
export function fixedTopic(topicOf: (message: Message) => string): string | undefined {
  let isAsked = false
  const asked = (): undefined => {
    isAsked = true
    return undefined
  }
  const message = new Proxy<Message>(
    { payload: undefined },
    { get: asked, has: () => asked() ?? false, getOwnPropertyDescriptor: asked },
  )
  const topic = topicOf(message)
  return isAsked || topic === '' ? undefined : topic
}

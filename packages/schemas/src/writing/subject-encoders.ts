import { NodeError } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import { Learnt } from '../client/learnt.ts'
import { asRegistry } from '../client/schema-registry.ts'
import type { SchemaRegistry } from '../client/schema-registry.ts'
import { framed } from '../codec/frame.ts'
import { titled } from '../reading/schema-reader.ts'
import { findEncoder } from './find-encoder.ts'
import type { Encoder, WritingConfig } from './find-encoder.ts'

type Context = Pick<NodeContext, 'clock' | 'goesOn' | 'status' | 'log'>

/** The newest schema, and what is wrong with one, are looked at again after so long. */
const freshForMs = 300_000
const wrongForMs = 30_000
const subjectsMax = 10_000

/** Writes values by the schemas of the registry, each by that of a subject. */
export class SubjectEncoders {
  private readonly context: Context
  private readonly config: WritingConfig
  private readonly registry: SchemaRegistry
  private readonly known: Learnt<string, Encoder>
  /** What was said to be wrong, until it is over. */
  private said = ''

  /** `subject` is that of all messages, where it is known. */
  constructor(context: Context, config: WritingConfig, subject: string | undefined) {
    this.context = context
    this.config = config
    this.registry = asRegistry(config.registry)
    this.known = new Learnt({
      clock: context.clock,
      max: subjectsMax,
      freshForMs,
      wrongForMs,
      ask: (one, onTrouble) => this.ask(one, onTrouble),
      problem: (one, error) => this.problemWith(one, error),
    })
    // So that what is wrong with the schema shows at once.
    if (subject !== undefined && subject !== '') void this.known.find(subject, this.tell)
  }

  /** Why values of the subject cannot be written; a promise where that is not known yet. */
  problem(subject: string): NodeError | Promise<void> | undefined {
    const found = this.known.find(subject, this.tell)
    return found instanceof NodeError || found instanceof Promise ? found : undefined
  }

  /** To be called only where there is no problem with the subject. */
  encode(value: unknown, subject: string): Uint8Array {
    const encoder = this.known.find(subject, this.tell)
    if (encoder instanceof NodeError) throw encoder
    if (encoder instanceof Promise) {
      throw new NodeError('SCHEMA_MISSING', `The schema of "${subject}" is not known.`)
    }
    try {
      return framed(encoder.id, encoder.codec.encode(value))
    } catch (error) {
      throw titled(encoder.title, error)
    }
  }

  private async ask(subject: string, onTrouble: (error: NodeError) => void): Promise<Encoder> {
    const encoder = await this.registry.insist(() => findEncoder(this.config, subject), onTrouble)
    if (this.said !== '') this.tellEnd(subject)
    return encoder
  }

  private problemWith(subject: string, error: unknown): NodeError {
    const isTold = error instanceof NodeError && error.message.includes(`"${subject}"`)
    const problem = isTold ? error : titled(`The schema of "${subject}" cannot be used`, error)
    this.tell(problem)
    return problem
  }

  private tellEnd(subject: string): void {
    this.said = ''
    this.context.goesOn()
    this.context.status({ state: 'ok', text: `Writes by the schema of ${subject}`.slice(0, 200) })
  }

  private readonly tell = (error: NodeError): void => {
    if (this.said === error.message) return
    this.said = error.message
    this.context.goesOn()
    this.context.status({ state: 'error', text: error.message.slice(0, 200) })
    this.context.log.warn(error.message, { code: error.code })
  }
}

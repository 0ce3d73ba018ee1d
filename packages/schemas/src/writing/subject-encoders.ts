import { NodeError } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import { Learnt } from '../client/learnt.ts'
import { asRegistry } from '../client/schema-registry.ts'
import type { SchemaRegistry } from '../client/schema-registry.ts'
import { framed } from '../codec/frame.ts'
import { titled } from '../reading/schema-reader.ts'
import { findEncoder } from './find-encoder.ts'
import type { Encoder, WritingConfig } from './find-encoder.ts'
import { TroubleBoard } from './trouble-board.ts'

type Context = Pick<NodeContext, 'clock' | 'goesOn' | 'status' | 'log'>

/** The newest schema, and what is wrong with one, are looked at again after so long. */
const freshForMs = 300_000
const wrongForMs = 30_000
const subjectsMax = 10_000

export interface EncoderPlace {
  readonly board?: TroubleBoard
  /** What of a message they write, where a node writes several. */
  readonly part?: string
}

/** Writes values by the schemas of the registry, each by that of a subject. */
export class SubjectEncoders {
  private readonly config: WritingConfig
  private readonly registry: SchemaRegistry
  private readonly known: Learnt<string, Encoder>
  private readonly board: TroubleBoard
  private readonly part: string
  private readonly tellers = new Map<string, (error: NodeError) => void>()

  /** `subject` is that of all messages, where it is known. A node with several of them has one board for all. */
  constructor(
    context: Context,
    config: WritingConfig,
    subject: string | undefined,
    { board = new TroubleBoard(context), part = '' }: EncoderPlace = {},
  ) {
    this.board = board
    this.part = part
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
    if (subject !== undefined && subject !== '')
      void this.known.find(subject, this.tellerOf(subject))
  }

  /** Why values of the subject cannot be written; a promise where that is not known yet. */
  problem(subject: string): NodeError | Promise<void> | undefined {
    const found = this.known.find(subject, this.tellerOf(subject))
    return found instanceof NodeError || found instanceof Promise ? found : undefined
  }

  /** To be called only where there is no problem with the subject. */
  encode(value: unknown, subject: string): Uint8Array {
    const encoder = this.known.find(subject, this.tellerOf(subject))
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
    this.board.over(this.placeOf(subject), `Writes by the schema of ${subject}`)
    return encoder
  }

  private problemWith(subject: string, error: unknown): NodeError {
    const isTold = error instanceof NodeError && error.message.includes(`"${subject}"`)
    const problem = isTold ? error : titled(`The schema of "${subject}" cannot be used`, error)
    this.board.tell(this.placeOf(subject), problem)
    return problem
  }

  /** The same for all who wait for the subject. */
  private tellerOf(subject: string): (error: NodeError) => void {
    const found = this.tellers.get(subject)
    if (found !== undefined) return found
    const teller = (error: NodeError): void => this.board.tell(this.placeOf(subject), error)
    if (this.tellers.size >= subjectsMax) this.tellers.clear()
    this.tellers.set(subject, teller)
    return teller
  }

  private placeOf(subject: string): string {
    return `${this.part} ${subject}`
  }
}

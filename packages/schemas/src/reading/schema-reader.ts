import { openAvroReader } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { WholeSchema } from '../client/registered-schema.ts'
import { registryToRead, titleOf } from '../client/schema-registry.ts'
import type { OpenSchema, SchemaRegistry } from '../client/schema-registry.ts'
import { frameBytes, schemaIdOf } from '../codec/frame.ts'

/** The value cannot be read before this is over; then it is tried again. Never rejects. */
export class ReadLater {
  readonly until: Promise<void>

  constructor(until: Promise<void>) {
    this.until = until
  }
}

export interface ReadingConfig {
  readonly registry: unknown
  readonly readAs: 'written' | 'latest'
  /** Whose newest schema Avro is read as. */
  readonly readerSubject: string
}

type Decode = (body: Buffer) => unknown

/** Pairs of schemas for which it is known how to read the one as the other. */
const pairsMax = 1_000

/** Reads values by the schema whose number stands before them. */
export class SchemaReader {
  private readonly config: ReadingConfig
  private readonly known: SchemaRegistry | undefined
  private readonly onTrouble: (error: NodeError) => void
  private readonly pairs = new Map<string, Decode | NodeError>()

  /** `onTrouble` hears what keeps a schema away for now. */
  constructor(config: ReadingConfig, onTrouble: (error: NodeError) => void) {
    this.config = config
    this.known = registryToRead(config.registry)
    this.onTrouble = onTrouble
  }

  /**
   * The value, or `ReadLater`. Throws what is wrong with it, naming its schema. `subject` is the one
   * in which its schema is expected, where that is known.
   */
  read(bytes: Buffer, subject = ''): unknown {
    const id = schemaIdOf(bytes)
    const written = this.registry.schema(id, this.onTrouble)
    if (written instanceof Promise) return new ReadLater(written)
    if (written instanceof NodeError) throw expectedIn(subject, written)
    const body = bytes.subarray(frameBytes)
    const decode = this.decoderOf(written, subject)
    if (decode instanceof ReadLater) return decode
    try {
      return decode(body)
    } catch (error) {
      throw titled(titleOf(id, written.subjects, subject), error)
    }
  }

  private get registry(): SchemaRegistry {
    if (this.known !== undefined) return this.known
    const text = 'The schema registry is not asked here, so the value cannot be read.'
    throw new NodeError('SCHEMA_NO_REGISTRY', text)
  }

  private decoderOf(written: OpenSchema, usual: string): Decode | ReadLater {
    const { readAs, readerSubject } = this.config
    if (readAs === 'written' || written.codec.type !== 'AVRO') return written.codec.decode
    const subject = readerSubject === '' ? usual : readerSubject
    const wanted = this.registry.newestOf(subject, this.onTrouble)
    if (wanted instanceof Promise) return new ReadLater(wanted)
    if (wanted instanceof NodeError) throw wanted
    if (wanted.id === written.id) return written.codec.decode
    return this.resolver(written, wanted, usual)
  }

  private resolver(written: OpenSchema, wanted: OpenSchema, usual: string): Decode {
    const pair = `${written.id}/${wanted.id}`
    const found = this.pairs.get(pair) ?? resolve(written, wanted, usual)
    if (this.pairs.size >= pairsMax) this.pairs.clear()
    this.pairs.set(pair, found)
    if (found instanceof NodeError) throw found
    return found
  }
}

function resolve(written: OpenSchema, wanted: OpenSchema, usual: string): Decode | NodeError {
  try {
    if (wanted.codec.type !== 'AVRO') throw new Error('it is no Avro schema')
    return openAvroReader(sourceOf(written.schema), sourceOf(wanted.schema))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const own = titleOf(written.id, written.subjects, usual)
    const other = titleOf(wanted.id, wanted.subjects).replace('Schema', 'schema')
    const text = `${own} cannot be read as ${other}: ${why}`
    return new NodeError('SCHEMA_UNRESOLVABLE', text, { cause: error })
  }
}

function sourceOf({ text, used }: WholeSchema) {
  return { schema: text, references: used.map((one) => one.text) }
}

export function titled(title: string, error: unknown): NodeError {
  const code = error instanceof NodeError ? error.code : 'SCHEMA_UNREADABLE'
  const why = error instanceof Error ? error.message : String(error)
  return new NodeError(code, `${title}: ${why}`, { cause: error })
}

/** What has no schema is in no subject; then it helps to know where it should have been. */
function expectedIn(subject: string, error: NodeError): NodeError {
  if (subject === '') return error
  return new NodeError(error.code, `${error.message} It was expected in "${subject}".`, {
    cause: error,
  })
}

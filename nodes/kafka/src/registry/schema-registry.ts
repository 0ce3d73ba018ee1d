import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'
import { backoffMs } from '../cluster/backoff.ts'
import { RegistryClient, RegistryError } from './registry-client.ts'
import type { RegistryOptions } from './registry-client.ts'
import { openSchema } from './schema-codec.ts'
import type { SchemaCodec } from './schema-codec.ts'

/** Schemas that are kept; a topic has a few. */
const codecsMax = 1_000
/** A number that the registry did not know is asked for again after so long. */
const unknownForMs = 30_000

interface Known {
  readonly codec: SchemaCodec | NodeError
  readonly until: number
}

/** A schema registry, and what was heard from it. */
export class SchemaRegistry {
  readonly client: RegistryClient
  private readonly clock: Clock
  private readonly timers: Timers
  private readonly known = new Map<number, Known>()
  private readonly asking = new Map<number, Promise<void>>()
  private isClosed = false

  constructor(options: RegistryOptions & { readonly clock: Clock }) {
    this.client = new RegistryClient(options)
    this.clock = options.clock
    this.timers = options.timers
  }

  /** What reads values of this schema, or why nothing can; `undefined` where it is to be learnt. */
  codec(id: number): SchemaCodec | NodeError | undefined {
    const known = this.known.get(id)
    if (known === undefined || known.until <= this.clock.monotonic()) return undefined
    return known.codec
  }

  /** Asks for the schema until it is known what becomes of it. Never rejects. */
  learn(id: number, onTrouble: (error: NodeError) => void): Promise<void> {
    const asked = this.asking.get(id) ?? this.ask(id, onTrouble)
    this.asking.set(id, asked)
    return asked
  }

  /** Tries until it works, or it is certain that it never will; then that is thrown. */
  async insist<Result>(
    run: () => Promise<Result>,
    onTrouble: (error: NodeError) => void,
  ): Promise<Result> {
    for (let failures = 1; ; failures += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it works
        return await run()
      } catch (error) {
        if (this.isClosed || !(error instanceof RegistryError) || !error.isPassing) throw error
        onTrouble(error)
        // oxlint-disable-next-line no-await-in-loop
        await this.pause(backoffMs(failures, Math.random()))
      }
    }
  }

  close(): void {
    this.isClosed = true
    this.client.close()
  }

  private async ask(id: number, onTrouble: (error: NodeError) => void): Promise<void> {
    try {
      const schema = await this.insist(() => this.client.schema(id), onTrouble)
      this.keep(id, { codec: openSchema(schema), until: Infinity })
    } catch (error) {
      const until = this.clock.monotonic() + unknownForMs
      this.keep(id, { codec: problemWith(id, error), until })
    } finally {
      this.asking.delete(id)
    }
  }

  private keep(id: number, known: Known): void {
    if (this.known.size >= codecsMax) {
      // The one that was learnt first.
      for (const first of this.known.keys()) {
        this.known.delete(first)
        break
      }
    }
    this.known.set(id, known)
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timers.after(delayMs, resolve))
  }
}

function problemWith(id: number, error: unknown): NodeError {
  const code = error instanceof NodeError ? error.code : 'KAFKA_SCHEMA_UNUSABLE'
  const why = error instanceof Error ? error.message : String(error)
  return new NodeError(code, `Schema ${id}: ${why}`, { cause: error })
}

/** The handle of a `kafka/registry`, which is what the descriptors let the field refer to. */
export function asRegistry(handle: unknown): SchemaRegistry {
  if (handle instanceof SchemaRegistry) return handle
  throw new NodeError('KAFKA_NO_REGISTRY', 'Choose a schema registry.')
}

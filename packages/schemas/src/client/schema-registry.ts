import { NodeError } from '@millrace/sdk'
import type { Clock, Timers } from '@millrace/sdk'
import { openSchema } from '../codec/schema-codec.ts'
import type { SchemaCodec } from '../codec/schema-codec.ts'
import { backoffMs } from './backoff.ts'
import { Learnt } from './learnt.ts'
import type { WholeSchema } from './registered-schema.ts'
import { RegistryClient } from './registry-client.ts'
import type { RegistryOptions } from './registry-client.ts'
import { RegistryError } from './registry-error.ts'

/** Schemas that are kept; a topic has a few. */
const schemasMax = 1_000
/** The newest schema of a subject is asked for again after so long. */
const freshForMs = 300_000
/** What was not known, or could not be used, likewise. */
const wrongForMs = 30_000
/** Subjects that are named in a sentence. */
const namesMax = 3

/** A schema by its number. */
export interface OpenSchema {
  readonly id: number
  readonly subjects: readonly string[]
  readonly schema: WholeSchema
  readonly codec: SchemaCodec
}

type Told = (error: NodeError) => void

/** A schema registry, and what was heard from it. */
export class SchemaRegistry {
  readonly client: RegistryClient
  private readonly timers: Timers
  private readonly byId: Learnt<number, OpenSchema>
  private readonly newest: Learnt<string, OpenSchema>
  private isClosed = false

  constructor(options: RegistryOptions & { readonly clock: Clock }) {
    this.client = new RegistryClient(options)
    this.timers = options.timers
    const { clock } = options
    this.byId = new Learnt({
      clock,
      max: schemasMax,
      // What a number stands for never changes.
      freshForMs: Infinity,
      wrongForMs,
      ask: (id, onTrouble) => this.insist(() => this.ask(id), onTrouble),
      problem: (id, error) => unusable(`Schema ${id}`, error),
    })
    this.newest = new Learnt({
      clock,
      max: schemasMax,
      freshForMs,
      wrongForMs,
      ask: (subject, onTrouble) => this.insist(() => this.askNewest(subject), onTrouble),
      problem: (subject, error) => unusable(`The newest schema of "${subject}"`, error),
    })
  }

  /**
   * The schema of this number, or why it cannot be used; a promise, which never rejects, where that
   * is to be learnt first. `onTrouble` hears what keeps it away meanwhile.
   */
  schema(id: number, onTrouble: Told): OpenSchema | NodeError | Promise<void> {
    return this.byId.find(id, onTrouble)
  }

  /** The same of the newest schema of a subject. */
  newestOf(subject: string, onTrouble: Told): OpenSchema | NodeError | Promise<void> {
    return this.newest.find(subject, onTrouble)
  }

  /**
   * Tries until it works, or it is certain that it never will; then that is thrown. What is under way
   * as the registry closes stays open.
   */
  async insist<Result>(run: () => Promise<Result>, onTrouble: Told): Promise<Result> {
    for (let failures = 1; ; failures += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it works
        return await run()
      } catch (error) {
        if (!(error instanceof RegistryError) || !error.isPassing) throw error
        // Nothing is known of what was asked, and whoever waits gives it up as it closes.
        if (this.isClosed) return never()
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

  private async ask(id: number): Promise<OpenSchema> {
    const [schema, subjects] = await Promise.all([
      this.client.schema(id),
      this.client.subjectsOf(id),
    ])
    return { id, subjects, schema, codec: openSchema(schema) }
  }

  private async askNewest(subject: string): Promise<OpenSchema> {
    const found = await this.client.latest(subject)
    if (found === undefined) throw noSchema(subject)
    const { id, whole } = found
    return { id, subjects: [subject], schema: whole, codec: openSchema(whole) }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timers.after(delayMs, resolve))
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** Such as `Schema 7 of "orders-value"`; of several subjects the usual one is named, where it is one of them. */
export function titleOf(id: number, all: readonly string[], usual = ''): string {
  const subjects = all.includes(usual) ? [usual] : all
  if (subjects.length === 0) return `Schema ${id}`
  const names = subjects.slice(0, namesMax).map((name) => `"${name.slice(0, 100)}"`)
  return `Schema ${id} of ${names.join(', ')}${subjects.length > namesMax ? ' …' : ''}`
}

export function noSchema(subject: string): NodeError {
  const text = `The schema registry has no schema for "${subject}". Register one there, or give it here.`
  return new NodeError('SCHEMA_MISSING', text)
}

function unusable(title: string, error: unknown): NodeError {
  const code = error instanceof NodeError ? error.code : 'SCHEMA_UNUSABLE'
  const why = error instanceof Error ? error.message : String(error)
  return new NodeError(code, `${title}: ${why}`, { cause: error })
}

/**
 * The same for a node that only reads: `undefined` where something stands in for the registry, as
 * in a replay, which reaches nothing outside.
 */
export function registryToRead(handle: unknown): SchemaRegistry | undefined {
  const isStandIn =
    typeof handle === 'object' && handle !== null && !(handle instanceof SchemaRegistry)
  return isStandIn ? undefined : asRegistry(handle)
}

/** The handle of a `kafka/registry`, which is what the descriptors let the field refer to. */
export function asRegistry(handle: unknown): SchemaRegistry {
  if (handle instanceof SchemaRegistry) return handle
  throw new NodeError('SCHEMA_NO_REGISTRY', 'Choose a schema registry.')
}

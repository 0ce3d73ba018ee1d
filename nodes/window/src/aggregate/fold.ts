import { NodeError } from '@millrace/sdk'
import type { Expression, Message } from '@millrace/sdk'
import type { Accumulator } from './accumulators/accumulator.ts'
import { accumulatorOf } from './accumulators/table.ts'
import type { AggregateFunction } from './accumulators/table.ts'

/** One result as the form has it. */
export interface AggregateRow {
  readonly name: string
  readonly function: AggregateFunction
  readonly value?: Expression | undefined
  readonly counted?: Expression | undefined
  readonly where?: Expression<boolean> | undefined
}

/** The states of all results of one group and stretch of time, in the order of the rows. */
export type States = unknown[]

interface Part {
  readonly name: string
  readonly accumulator: Accumulator
  /** Absent where every message counts. */
  readonly value: Expression | undefined
  readonly where: Expression<boolean> | undefined
}

/**
 * All results of a window together. A message is first read, and refused as a whole if one of its
 * values cannot be used; then it is added wherever it belongs.
 */
export class Fold {
  private readonly parts: readonly Part[]
  /** The values of the message in hand; null for those that are left out. */
  private readonly values: unknown[]

  constructor(rows: readonly AggregateRow[]) {
    this.parts = rows.map(partOf)
    this.values = rows.map(() => null)
    refuseTwins(rows)
  }

  read(message: Message): void {
    const { parts, values } = this
    for (let index = 0; index < parts.length; index += 1) {
      // The index is within the list.
      values[index] = valueIn(message, parts[index] as Part)
    }
  }

  create(): States {
    return this.parts.map(({ accumulator }) => accumulator.create())
  }

  /** Adds the message that was read last. */
  add(states: States, time: number): void {
    const { parts, values } = this
    for (let index = 0; index < parts.length; index += 1) {
      const value = values[index]
      if (value === null) continue
      // The index is within the list.
      states[index] = (parts[index] as Part).accumulator.add(states[index], value, time)
    }
  }

  merge(into: States, from: States): void {
    for (const [index, { accumulator }] of this.parts.entries()) {
      into[index] = accumulator.merge(into[index], from[index])
    }
  }

  /** The results by name, into a new object. */
  results(states: States): Record<string, unknown> {
    const results: Record<string, unknown> = {}
    for (const [index, { accumulator, name }] of this.parts.entries()) {
      results[name] = accumulator.result(states[index])
    }
    return results
  }
}

function partOf({ name, function: kind, value, counted, where }: AggregateRow): Part {
  const expression = kind === 'count' ? counted : value
  return { name, accumulator: accumulatorOf(kind), value: expression, where }
}

function valueIn(message: Message, { name, accumulator, value, where }: Part): unknown {
  if (where !== undefined && where(message) !== true) return null
  if (value === undefined) return true
  const found = value(message) ?? null
  if (!accumulator.isNumeric || found === null) return found
  if (typeof found === 'number' && Number.isFinite(found)) return found
  throw new NodeError('WINDOW_NOT_A_NUMBER', `The value for "${name}" is ${shown(found)}.`)
}

function shown(value: unknown): string {
  if (typeof value === 'number') return `${value}, which cannot be reckoned with`
  const kind = Array.isArray(value) ? 'a list' : kinds[typeof value]
  return `${kind ?? 'something'}, not a number`
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
}

function refuseTwins(rows: readonly AggregateRow[]): void {
  const names = new Set<string>()
  for (const { name } of rows) {
    if (names.has(name)) {
      throw new NodeError('WINDOW_SAME_NAME', `Two results are named "${name}"; rename one.`)
    }
    names.add(name)
  }
}

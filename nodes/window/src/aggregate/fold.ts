import { NodeError } from '@millrace/sdk'
import type { Expression, Message } from '@millrace/sdk'
import type { Accumulator, AggregateSettings, Slots } from './accumulators/accumulator.ts'
import { accumulatorOf } from './accumulators/table.ts'
import type { AggregateFunction } from './accumulators/table.ts'

/** One result as the form has it. */
export interface AggregateRow extends AggregateSettings {
  readonly name: string
  readonly function: AggregateFunction
  readonly value?: Expression | undefined
  readonly counted?: Expression | undefined
  readonly where?: Expression<boolean> | undefined
}

interface Part {
  readonly name: string
  readonly accumulator: Accumulator
  /** Where its slots begin. */
  readonly at: number
  /** Absent where every message counts. */
  readonly value: Expression | undefined
  readonly where: Expression<boolean> | undefined
}

/**
 * All results of a window together. A message is first read, and refused as a whole if one of its
 * values cannot be used; then it is added wherever it belongs. States lie in slots beside others'.
 */
export class Fold {
  /** Slots that a state takes. */
  readonly width: number
  /** Whether states stay as small as they begin. */
  readonly isSmall: boolean
  /** The values of the message that was read last; null for those that are left out. */
  readonly values: unknown[]
  private readonly parts: readonly Part[]
  private readonly initial: readonly (number | null)[]

  constructor(rows: readonly AggregateRow[]) {
    refuseTwins(rows)
    let width = 0
    this.parts = rows.map((row) => {
      const part = partOf(row, width)
      width += part.accumulator.initial.length
      return part
    })
    this.width = width
    this.initial = this.parts.flatMap(({ accumulator }) => accumulator.initial)
    this.values = rows.map(() => null)
    // A lone null is where a set, a list or a sketch will be.
    this.isSmall = this.parts.every(
      ({ accumulator: { initial } }) => initial.length > 1 || initial[0] !== null,
    )
  }

  read(message: Message): void {
    const { parts, values } = this
    for (let index = 0; index < parts.length; index += 1) {
      // The index is within the list.
      values[index] = valueIn(message, parts[index] as Part)
    }
  }

  /** Makes values that were read before those in hand. */
  take(from: Slots, at: number): void {
    for (let index = 0; index < this.values.length; index += 1) {
      this.values[index] = from[at + index]
    }
  }

  /** New slots: what the window notes, then a state to which nothing was added. */
  create(noted: readonly number[]): Slots {
    const slots: Slots = [...noted]
    // Pushed one by one, so that a list of numbers alone is laid out as such.
    for (const value of this.initial) slots.push(value)
    return slots.slice()
  }

  /** Makes the state empty. */
  reset(slots: Slots, at: number): void {
    for (const [index, value] of this.initial.entries()) slots[at + index] = value
  }

  /** Adds the message that was read last. */
  add(slots: Slots, at: number, time: number): void {
    const { parts, values } = this
    for (let index = 0; index < parts.length; index += 1) {
      const value = values[index]
      if (value === null) continue
      // The index is within the list.
      const part = parts[index] as Part
      part.accumulator.add(slots, at + part.at, value, time)
    }
  }

  merge(slots: Slots, at: number, from: Slots, fromAt: number): void {
    for (const part of this.parts) {
      part.accumulator.merge(slots, at + part.at, from, fromAt + part.at)
    }
  }

  /** The results by name, into a new object. */
  results(slots: Slots, at: number, until: number | null): Record<string, unknown> {
    const results: Record<string, unknown> = {}
    for (const part of this.parts) {
      results[part.name] = part.accumulator.result(slots, at + part.at, until)
    }
    return results
  }
}

function partOf(row: AggregateRow, at: number): Part {
  const { name, function: kind, value, counted, where } = row
  const expression = kind === 'count' ? counted : value
  return { name, accumulator: accumulatorOf(kind, row), at, value: expression, where }
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

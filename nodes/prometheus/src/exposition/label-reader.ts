import type { Expression, Message } from '@millrace/sdk'
import type { Labels } from './sample.ts'

export interface LabelRow {
  readonly name: string
  readonly value: Expression
}

/** The labels of a message, in the order of their names; what gives nothing is left out. */
export function labelReader(rows: readonly LabelRow[]): (message: Message) => Labels {
  const ordered = rows.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return (message) => {
    const pairs: [string, string][] = []
    for (const { name, value } of ordered) {
      const text = labelText(value(message))
      if (text !== '') pairs.push([name, text])
    }
    return Object.fromEntries(pairs)
  }
}

/** Any value as a label: what is one thing as itself, objects and lists as JSON. */
export function labelText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  // Absent for functions and symbols only.
  return JSON.stringify(value) ?? ''
}

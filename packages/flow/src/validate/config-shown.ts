import type { Field, FieldCondition, Fields } from '@millrace/sdk/descriptor'

type Values = Readonly<Record<string, unknown>>

/**
 * Whether a field exists in this configuration: its condition holds, and the fields that the
 * condition looks at exist themselves. A hidden field keeps its value and is not checked.
 */
export function isConfigShown(fields: Fields, config: Values, name: string): boolean {
  return isShown(fields, config, { name, asked: [] })
}

/** Whether a condition holds: fields that are not shown have no say. */
export function isConditionMet(fields: Fields, config: Values, condition: FieldCondition): boolean {
  return holds(fields, config, { condition, asked: [] })
}

interface Question {
  readonly name: string
  /** Fields on the way here: conditions that go round in a circle count as met. */
  readonly asked: readonly string[]
}

function isShown(fields: Fields, config: Values, { name, asked }: Question): boolean {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) return false
  if (field.when === undefined) return true
  return holds(fields, config, { condition: field.when, asked: [...asked, name] })
}

interface Claim {
  readonly condition: FieldCondition
  readonly asked: readonly string[]
}

function holds(fields: Fields, config: Values, { condition, asked }: Claim): boolean {
  const { field: name, and, or } = condition
  const isSo =
    isMet(configValue(fields, config, name), condition) &&
    (asked.includes(name) || isShown(fields, config, { name, asked })) &&
    (and === undefined || holds(fields, config, { condition: and, asked }))
  return isSo || (or !== undefined && holds(fields, config, { condition: or, asked }))
}

function isMet(value: unknown, { is = [], begins = [] }: FieldCondition): boolean {
  if (is.some((wanted) => wanted === value)) return true
  if (typeof value !== 'string') return false
  const text = value.trimStart().toLowerCase()
  return begins.some((start) => text.startsWith(start))
}

/** What a configuration says about a field: its value, or the default where there is none. */
export function configValue(fields: Fields, config: Values, name: string): unknown {
  const value = Object.hasOwn(config, name) ? config[name] : undefined
  if (value !== undefined) return value
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  return field && defaultOf(field)
}

export function defaultOf(field: Field): unknown {
  return 'default' in field ? field.default : undefined
}

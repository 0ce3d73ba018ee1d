import type { Field, FieldCondition, Fields } from '@millrace/sdk/descriptor'

type Values = Readonly<Record<string, unknown>>

/**
 * Whether a field exists in this configuration: its condition holds, and the fields that the
 * condition looks at exist themselves. A hidden field keeps its value and is not checked.
 */
export function isConfigShown(fields: Fields, config: Values, name: string): boolean {
  return isShown(fields, config, { name, asked: [] })
}

interface Question {
  readonly name: string
  /** Fields on the way here: conditions that go round in a circle count as met. */
  readonly asked: readonly string[]
}

function isShown(fields: Fields, config: Values, { name, asked }: Question): boolean {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) return false
  const within = [...asked, name]
  for (let condition = field.when; condition; condition = condition.and) {
    if (!isMet(fields, config, condition)) return false
    const { field: sibling } = condition
    if (within.includes(sibling)) continue
    if (!isShown(fields, config, { name: sibling, asked: within })) return false
  }
  return true
}

function isMet(fields: Fields, config: Values, condition: FieldCondition): boolean {
  const value = configValue(fields, config, condition.field)
  return condition.is.some((wanted) => wanted === value)
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

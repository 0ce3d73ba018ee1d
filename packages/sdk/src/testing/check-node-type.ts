import type { Descriptor, Field, FieldCondition, Fields } from '../descriptor/index.ts'
import { outputPorts } from '../descriptor/index.ts'
import type { NodeType } from '../node-type.ts'
import { run } from './run.ts'
import type { RunOptions } from './run.ts'

/**
 * What every node type must hold to; gives what it does not, as sentences. `config` is one with
 * which the node can be opened without any outside service.
 */
export async function checkNodeType(
  type: NodeType,
  config: Readonly<Record<string, unknown>> = {},
  options: RunOptions = {},
): Promise<readonly string[]> {
  const problems = [...checkDescriptor(type.descriptor)]
  if ('create' in type) problems.push(...(await checkLife(type, config, options)))
  return problems
}

/** The part that needs no behaviour. */
export function checkDescriptor(descriptor: Descriptor): readonly string[] {
  return [
    ...checkPlainData(descriptor),
    ...checkNames(descriptor),
    ...checkFields(descriptor.fields, ''),
  ]
}

function checkPlainData(descriptor: Descriptor): string[] {
  const back: unknown = JSON.parse(JSON.stringify(descriptor))
  return isSame(back, descriptor) ? [] : ['The descriptor does not survive JSON.']
}

function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return Object.is(left, right)
  if (left === null || right === null) return left === right
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  // Both were just found to be objects.
  const [one, other] = [left as Record<string, unknown>, right as Record<string, unknown>]
  return keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
}

function checkNames(descriptor: Descriptor): string[] {
  const problems: string[] = []
  if (!/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(descriptor.type)) {
    problems.push(`Type "${descriptor.type}" is not of the form package/name.`)
  }
  const ports = outputPorts(descriptor, {})
  for (const side of [descriptor.inputs, ports]) {
    const names = side.map((port) => port.name)
    if (new Set(names).size < names.length)
      problems.push(`Two ports are named alike: ${names.join(', ')}`)
  }
  if (descriptor.summary === '') problems.push('The summary is empty.')
  return problems
}

function checkFields(fields: Fields, at: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    ...checkField(field, `${at}${name}`),
    ...checkCondition(field, fields, `${at}${name}`),
  ])
}

function checkCondition(field: Field, siblings: Fields, name: string): string[] {
  return partsOf(field.when).flatMap((when) => {
    const other = siblings[when.field]
    if (other === undefined) return [`${name} depends on "${when.field}", which is no field.`]
    if (other.kind !== 'choice') return []
    const known = other.options.map((option) => option.value)
    const unknown = (when.is ?? []).filter((value) => !known.some((option) => option === value))
    if (unknown.length === 0) return []
    return [`${name} depends on a choice that does not exist: ${unknown.join(', ')}`]
  })
}

function partsOf(when: FieldCondition | undefined): readonly FieldCondition[] {
  return when === undefined ? [] : [when, ...partsOf(when.and), ...partsOf(when.or)]
}

function checkField(field: Field, name: string): string[] {
  if (field.label === '') return [`${name} has no label.`]
  switch (field.kind) {
    case 'choice':
      return field.options.some((option) => option.value === field.default)
        ? []
        : [`${name} has a default that is no option.`]
    case 'number':
    case 'integer':
    case 'duration':
      return checkRange(field, name)
    case 'text':
      return checkText(field, name)
    case 'list':
      return checkFields(field.item, `${name}[].`)
    default:
      return []
  }
}

function checkRange(
  field: {
    readonly default?: number
    readonly min?: number
    readonly max?: number
    readonly kind: string
  },
  name: string,
): string[] {
  const { default: value, min = -Infinity, max = Infinity } = field
  if (value === undefined) return []
  if (value < min || value > max) return [`${name} has a default out of its range.`]
  const isWhole = field.kind === 'number' || Number.isInteger(value)
  return isWhole ? [] : [`${name} has a default that is not whole.`]
}

function checkText(
  field: { readonly default?: string; readonly pattern?: string },
  name: string,
): string[] {
  if (field.pattern === undefined) return []
  const pattern = new RegExp(`^(?:${field.pattern})$`)
  const value = field.default
  const fits = value === undefined || value === '' || pattern.test(value)
  return fits ? [] : [`${name} has a default that its pattern refuses.`]
}

async function checkLife(
  type: Extract<NodeType, { create: unknown }>,
  config: Readonly<Record<string, unknown>>,
  options: RunOptions,
): Promise<string[]> {
  const opened = run(type, config, options)
  try {
    await opened.start()
    await opened.stop()
    opened.flush()
    await opened.close()
  } catch (error) {
    return [`It does not open and close: ${String(error)}`]
  }
  const problems: string[] = []
  if (opened.http.routes.length > 0) problems.push('It keeps an HTTP route after closing.')
  if (opened.openHolds > 0) problems.push('It keeps holds after closing.')
  return problems
}

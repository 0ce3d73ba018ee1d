import { isRecord } from './is-record.ts'

const kinds = ['source', 'operator', 'sink', 'connection', 'note']
const fieldKinds = [
  'text',
  'number',
  'integer',
  'boolean',
  'choice',
  'duration',
  'expression',
  'template',
  'path',
  'code',
  'json',
  'secret',
  'connection',
  'list',
]

/** What is wrong with something that claims to be a descriptor, naming the place; or null. */
export function checkDescriptor(value: unknown): string | null {
  if (!isRecord(value)) return 'A descriptor must be an object'
  const { type } = value
  if (typeof type !== 'string' || !/^[\w@.-]+(?:\/[\w@. -]+)+$/.test(type)) {
    return `The type ${JSON.stringify(type)} must be written package/name`
  }
  const wrong =
    checkMembers(value) ??
    checkPorts(value) ??
    checkFields(value['fields'], 'fields') ??
    checkStateShape(value) ??
    checkBeginsBy(value) ??
    checkCheckedWith(value) ??
    checkTargetLimits(value)
  return wrong === null ? null : `The descriptor of "${type}" is wrong: ${wrong}`
}

function checkMembers(value: Record<string, unknown>): string | null {
  for (const name of ['title', 'summary', 'category', 'icon']) {
    if (typeof value[name] !== 'string') return `${name} must be a text`
  }
  if (!Number.isInteger(value['version'])) return 'version must be a whole number'
  if (!isOneOf(kinds, value['kind'])) return `kind must be one of ${kinds.join(', ')}`
  return null
}

function checkPorts(value: Record<string, unknown>): string | null {
  const { inputs, outputs, fields } = value
  const wrong = checkPortList(inputs, 'inputs')
  if (wrong !== null) return wrong
  if (!isRecord(outputs)) return checkPortList(outputs, 'outputs')
  const { eachRowOf } = outputs
  const list = isRecord(fields) && typeof eachRowOf === 'string' ? fields[eachRowOf] : undefined
  if (!isRecord(list) || list['kind'] !== 'list') return 'outputs.eachRowOf must name a list field'
  return checkPortList(outputs['then'] ?? [], 'outputs.then')
}

function checkPortList(ports: unknown, path: string): string | null {
  if (!Array.isArray(ports)) return `${path} must be a list`
  const names = ports.map((port: unknown) => (isRecord(port) ? port['name'] : undefined))
  const wrong = names.findIndex((name) => typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))
  if (wrong >= 0) return `${path}[${wrong}].name must be letters, digits, "-" or "_"`
  return new Set(names).size === names.length ? null : `${path} has two ports of one name`
}

function checkFields(fields: unknown, path: string): string | null {
  if (!isRecord(fields)) return `${path} must be an object`
  for (const [name, field] of Object.entries(fields)) {
    const wrong = isRecord(field)
      ? checkField(field, `${path}.${name}`, fields)
      : `${path}.${name} must be an object`
    if (wrong !== null) return wrong
  }
  return null
}

function checkField(
  field: Record<string, unknown>,
  path: string,
  siblings: Record<string, unknown>,
): string | null {
  const { kind, label } = field
  if (!isOneOf(fieldKinds, kind)) return `${path}.kind must be one of ${fieldKinds.join(', ')}`
  if (typeof label !== 'string') return `${path}.label must be a text`
  if (kind === 'list') return checkFields(field['item'], `${path}.item`)
  return (
    checkChoice(field, path) ??
    checkPattern(field, path) ??
    checkWhen(field['when'], path, siblings)
  )
}

function checkChoice({ kind, options, default: chosen }: Record<string, unknown>, path: string) {
  if (kind !== 'choice') return null
  const values = Array.isArray(options)
    ? options.map((option: unknown) => (isRecord(option) ? option['value'] : undefined))
    : []
  return values.includes(chosen) ? null : `${path}.default must be one of its options`
}

function checkPattern({ pattern }: Record<string, unknown>, path: string): string | null {
  if (pattern === undefined) return null
  if (typeof pattern !== 'string') return `${path}.pattern must be a text`
  try {
    RegExp(`^(?:${pattern})$`, 'u')
    return null
  } catch (error) {
    return `${path}.pattern is no regular expression: ${String(error)}`
  }
}

function checkWhen(when: unknown, path: string, siblings: Record<string, unknown>): string | null {
  if (when === undefined) return null
  const { field, is, begins, and, or }: Record<string, unknown> = isRecord(when) ? when : {}
  if (!Array.isArray(is) && !Array.isArray(begins)) {
    return `${path}.when must have "field" and a list "is" or "begins"`
  }
  const isSibling = typeof field === 'string' && Object.hasOwn(siblings, field)
  if (!isSibling) return `${path}.when looks at a field that is not there: ${JSON.stringify(field)}`
  return checkWhen(and, path, siblings) ?? checkWhen(or, path, siblings)
}

function checkStateShape({ stateShape, fields }: Record<string, unknown>): string | null {
  if (stateShape === undefined) return null
  if (!Array.isArray(stateShape)) return 'stateShape must be a list'
  const unknown = stateShape.find((place: unknown) => !isPlace(place, fields))
  if (unknown === undefined) return null
  return `stateShape names a field that is not there: ${JSON.stringify(unknown)}`
}

function checkBeginsBy({ beginsBy, fields }: Record<string, unknown>): string | null {
  if (beginsBy === undefined || isPlace(beginsBy, fields)) return null
  return `beginsBy names a field that is not there: ${JSON.stringify(beginsBy)}`
}

function checkCheckedWith({ checkedWith, fields }: Record<string, unknown>): string | null {
  if (checkedWith === undefined) return null
  if (!Array.isArray(checkedWith)) return 'checkedWith must be a list of fields'
  const found = isRecord(fields) ? fields : {}
  const wrong = checkedWith.find((name: unknown) => {
    const field = typeof name === 'string' && Object.hasOwn(found, name) ? found[name] : undefined
    return !isRecord(field) || field['kind'] !== 'connection'
  })
  return wrong === undefined ? null : `checkedWith names no connection: ${JSON.stringify(wrong)}`
}

/** A field, or the column of a list as `list.column`. */
function isPlace(place: unknown, fields: unknown): boolean {
  if (typeof place !== 'string' || !isRecord(fields)) return false
  const [name = '', column] = place.split('.')
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (column === undefined) return field !== undefined
  const item = isRecord(field) ? field['item'] : undefined
  return isRecord(item) && Object.hasOwn(item, column)
}

function isOneOf(list: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && list.includes(value)
}

function checkTargetLimits({ targetLimits = [], fields }: Record<string, unknown>): string | null {
  if (!Array.isArray(targetLimits)) return 'targetLimits must be a list'
  for (const [index, limit] of targetLimits.entries()) {
    const path = `targetLimits[${index}]`
    if (!isRecord(limit) || !isRecord(limit['when'])) return `${path} must have "on" and "when"`
    const wrong = checkWhen(limit['when'], path, isRecord(fields) ? fields : {})
    if (wrong !== null) return wrong
  }
  return null
}

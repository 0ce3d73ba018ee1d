import type { Field, Fields, SecretField } from '@millrace/sdk/descriptor'
import type { ConnectionDocument } from '../../flow.ts'
import { isConfigShown } from '../config-shown.ts'
import { checkList } from './check-list.ts'
import { checkDuration, checkNumber } from './check-number.ts'
import { checkSource } from './check-source.ts'
import { checkCode, checkText } from './check-text.ts'
import { checkTogether } from './check-together.ts'
import type { FieldFinding } from './field-finding.ts'
import { wrongType } from './wrong-type.ts'

/** What beside a configuration decides whether it is right. */
export interface Surroundings {
  readonly connections: ReadonlyMap<string, ConnectionDocument>
  /** Whether somebody set this secret of the owner in question. */
  readonly isSecretSet: (field: string) => boolean
}

type Values = Readonly<Record<string, unknown>>

/** Checks a configuration against its fields. Hidden fields are not checked. */
export function checkFields(
  fields: Fields,
  config: Values,
  surroundings: Surroundings,
): readonly FieldFinding[] {
  const unknown = Object.keys(config)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => unknownField(name))
  const known = Object.entries(fields).flatMap(([name, field]) => {
    if (field.when !== undefined && !isConfigShown(fields, config, name)) return []
    const value = Object.hasOwn(config, name) ? config[name] : undefined
    const own = checkField(field, value, { ...surroundings, name })
    // Rows may not be finished, and make no sense together all the same.
    const isJudged = own.length === 0 || field.kind === 'list'
    const findings = isJudged ? [...own, ...checkTogether(name, { fields, config })] : own
    return findings.map((finding) => ({ ...finding, inside: `${name}${finding.inside ?? ''}` }))
  })
  return unknown.length === 0 ? known : [...unknown, ...known]
}

function unknownField(name: string): FieldFinding {
  const message = `"${name.slice(0, 64)}" is no field of this type and has no effect; remove it`
  return { code: 'FIELD_UNKNOWN', message, inside: name.slice(0, 64), severity: 'warning' }
}

interface NamedSurroundings extends Surroundings {
  readonly name: string
}

function checkField(
  field: Field,
  value: unknown,
  surroundings: NamedSurroundings,
): readonly FieldFinding[] {
  if (field.kind === 'secret') return checkSecret(field, value, surroundings)
  if (field.kind === 'list') {
    return checkList(field, value ?? field.default ?? [], (fields, row) =>
      checkFields(fields, row, surroundings),
    )
  }
  if (value === undefined || isBlank(field, value)) return checkAbsent(field, value)
  return checkPresent(field, value, surroundings)
}

type PlainField = Exclude<Field, { kind: 'secret' | 'list' }>

const blankKinds: ReadonlySet<Field['kind']> = new Set([
  'text',
  'code',
  'expression',
  'template',
  'path',
  'connection',
])

/** In a field for text an empty one counts as nothing written; spaces do not fill a required one. */
function isBlank(field: PlainField, value: unknown): boolean {
  if (!blankKinds.has(field.kind) || typeof value !== 'string') return false
  const isRequired = 'required' in field && field.required === true
  return (isRequired ? value.trim() : value) === ''
}

function checkAbsent(field: PlainField, value: unknown): readonly FieldFinding[] {
  if (field.kind === 'boolean' || field.kind === 'choice') return []
  const hasDefault = value === undefined && 'default' in field && field.default !== undefined
  if (field.required !== true || hasDefault) return []
  return [{ code: 'FIELD_MISSING', message: `“${field.label}” is missing` }]
}

function checkPresent(
  field: PlainField,
  value: unknown,
  surroundings: Surroundings,
): readonly FieldFinding[] {
  switch (field.kind) {
    case 'text':
      return checkText(field, value)
    case 'code':
      return checkCode(field, value)
    case 'number':
    case 'integer':
      return checkNumber(field, value)
    case 'duration':
      return checkDuration(field, value)
    case 'expression':
    case 'template':
    case 'path':
      return checkSource(field, value)
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrongType('true or false', value)
    case 'choice':
      return checkChoice(
        field.options.map((option) => option.value),
        value,
      )
    case 'connection':
      return checkConnection(field.type, value, surroundings)
    case 'json':
      return []
  }
}

function checkChoice(values: readonly string[], value: unknown): readonly FieldFinding[] {
  return values.some((wanted) => wanted === value)
    ? []
    : wrongType(`one of ${values.join(', ')}`, value)
}

function checkConnection(
  type: string,
  value: unknown,
  { connections }: Surroundings,
): readonly FieldFinding[] {
  if (typeof value !== 'string') return wrongType('the id of a connection', value)
  const connection = connections.get(value)
  if (connection?.type === type) return []
  const shown = JSON.stringify(value.slice(0, 64))
  const message = connection
    ? `${shown} is a connection of type ${connection.type}; choose one of type ${type}`
    : `There is no connection ${shown}; choose or add one`
  return [{ code: connection ? 'CONNECTION_TYPE' : 'CONNECTION_MISSING', message }]
}

function checkSecret(
  { required, label }: SecretField,
  value: unknown,
  { isSecretSet, name }: NamedSurroundings,
): readonly FieldFinding[] {
  if (value !== undefined) {
    const message = 'Secrets do not belong in the document; remove it and set the secret instead'
    return [{ code: 'SECRET_IN_DOCUMENT', message }]
  }
  if (required !== true || isSecretSet(name)) return []
  return [{ code: 'SECRET_MISSING', message: `“${label}” is missing` }]
}

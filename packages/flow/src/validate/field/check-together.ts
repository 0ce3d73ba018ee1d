import type { Fields, IntegerField, ListField, TextField } from '@millrace/sdk/descriptor'
import { isRecord } from '../../parse/findings.ts'
import { configValue } from '../config-shown.ts'
import { checkHeaders } from './check-headers.ts'
import { checkSteps } from './check-steps.ts'
import type { FieldFinding } from './field-finding.ts'

interface Siblings {
  readonly fields: Fields
  readonly config: Readonly<Record<string, unknown>>
}

/** What is wrong with a field beside its siblings, though it may be right by itself. */
export function checkTogether(name: string, siblings: Siblings): readonly FieldFinding[] {
  const field = siblings.fields[name]
  const value = configValue(siblings.fields, siblings.config, name)
  switch (field?.kind) {
    case 'list':
      return checkRows(field, value)
    case 'integer':
      return checkNotBelow(field, value, siblings)
    case 'text':
      return checkRowOf(field, value, siblings)
    default:
      return []
  }
}

function checkRows({ format }: ListField, value: unknown): readonly FieldFinding[] {
  if (format === undefined) return []
  return format === 'pattern-steps' ? checkSteps(rowsOf(value)) : checkHeaders(rowsOf(value))
}

function checkNotBelow(
  { notBelow }: IntegerField,
  value: unknown,
  { fields, config }: Siblings,
): readonly FieldFinding[] {
  if (notBelow === undefined) return []
  const least = configValue(fields, config, notBelow)
  if (typeof least !== 'number' || typeof value !== 'number' || value >= least) return []
  const label = fields[notBelow]?.label ?? notBelow
  return [{ code: 'FIELD_RANGE', message: `Must be at least ${least}, as “${label}” says` }]
}

function checkRowOf(
  { rowOf }: TextField,
  value: unknown,
  { fields, config }: Siblings,
): readonly FieldFinding[] {
  if (rowOf === undefined || typeof value !== 'string' || value === '') return []
  const [list = '', column = ''] = rowOf.split('.')
  const known = rowsOf(configValue(fields, config, list)).map((row) => row[column])
  if (known.includes(value)) return []
  const item = fields[list]?.kind === 'list' ? fields[list].itemLabel : 'row'
  const message = `No ${item} is called “${value.slice(0, 60)}”`
  return [{ code: 'FIELD_ROW_UNKNOWN', message }]
}

function rowsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((row: unknown) => isRecord(row)) : []
}

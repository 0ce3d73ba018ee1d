import type { Fields, ListField } from '@millrace/sdk/descriptor'
import { isRecord } from '../../parse/findings.ts'
import type { FieldFinding } from './field-finding.ts'
import { wrongType } from './wrong-type.ts'

const rowsMax = 100

type CheckRow = (fields: Fields, row: Readonly<Record<string, unknown>>) => readonly FieldFinding[]

export function checkList(
  field: ListField,
  value: unknown,
  checkRow: CheckRow,
): readonly FieldFinding[] {
  if (!Array.isArray(value)) return wrongType('a list', value)
  const most = field.max ?? rowsMax
  if (value.length > most) {
    return [{ code: 'FIELD_RANGE', message: `At most ${most} rows; these are ${value.length}` }]
  }
  const least = field.min ?? 0
  const tooFew: readonly FieldFinding[] =
    value.length < least
      ? [{ code: 'FIELD_MISSING', message: tooFewText(field.itemLabel, least) }]
      : []
  const findings = value.flatMap((row: unknown, index) =>
    isRecord(row)
      ? inside(`[${index}].`, checkItem(field, row, checkRow))
      : inside(`[${index}]`, wrongType('a row', row)),
  )
  return [...tooFew, ...findings, ...repeated(field, value)]
}

function tooFewText(itemLabel: string, least: number): string {
  return least === 1 ? `At least one ${itemLabel} is needed` : `At least ${least} are needed`
}

/** Rows that say the same as one before them where they must not. */
function repeated(
  { distinct, item, itemLabel }: ListField,
  rows: readonly unknown[],
): readonly FieldFinding[] {
  if (distinct === undefined) return []
  const label = item[distinct]?.label ?? distinct
  const first = new Map<string, number>()
  return rows.flatMap((row, index) => {
    const value = isRecord(row) ? row[distinct] : undefined
    if (typeof value !== 'string' || value === '') return []
    const earlier = first.get(value)
    if (earlier === undefined) {
      first.set(value, index)
      return []
    }
    const message = `“${label}” is that of ${itemLabel} ${earlier + 1} already`
    return [{ code: 'FIELD_REPEATED', message, inside: `[${index}].${distinct}` }]
  })
}

function inside(place: string, findings: readonly FieldFinding[]): readonly FieldFinding[] {
  return findings.map((finding) => ({ ...finding, inside: `${place}${finding.inside ?? ''}` }))
}

function checkItem(
  field: ListField,
  row: Readonly<Record<string, unknown>>,
  checkRow: CheckRow,
): readonly FieldFinding[] {
  const { id, ...values } = row
  const own = 'id' in field.item ? row : values
  return [...checkRowId(field, id), ...checkRow(field.item, own)]
}

/** A row's id names a port, so it has the form of one. */
function checkRowId(field: ListField, id: unknown): readonly FieldFinding[] {
  if (id === undefined || 'id' in field.item) return []
  if (typeof id === 'string' && /^[A-Za-z0-9_-]{0,64}$/.test(id)) return []
  const message = 'The id of a row is up to 64 letters, digits, "-" or "_"'
  return [{ code: 'FIELD_FORMAT', message, inside: 'id' }]
}

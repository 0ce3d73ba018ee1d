import type { DurationField, IntegerField, NumberField } from '@millrace/sdk/descriptor'
import type { FieldFinding } from './field-finding.ts'
import { wrongType } from './wrong-type.ts'

export function checkNumber(
  field: NumberField | IntegerField,
  value: unknown,
): readonly FieldFinding[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrongType('a number', value)
  if (field.kind === 'integer' && !Number.isSafeInteger(value)) {
    return wrongType('a whole number', value)
  }
  const unit = field.unit === undefined ? '' : ` ${field.unit}`
  return checkRange(field, value, (number) => `${number}${unit}`)
}

export function checkDuration(field: DurationField, value: unknown): readonly FieldFinding[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return wrongType('a number of milliseconds', value)
  }
  return checkRange({ ...field, min: field.min ?? 0 }, value, durationText)
}

interface Range {
  readonly min?: number
  readonly max?: number
}

function checkRange(
  { min, max }: Range,
  value: number,
  show: (value: number) => string,
): readonly FieldFinding[] {
  const isTooSmall = min !== undefined && value < min
  const isTooLarge = max !== undefined && value > max
  if (isTooSmall) return [{ code: 'FIELD_RANGE', message: `Must be at least ${show(min)}` }]
  if (isTooLarge) return [{ code: 'FIELD_RANGE', message: `Must be at most ${show(max)}` }]
  return []
}

const units: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
]

function durationText(ms: number): string {
  const unit = units.find(([size]) => ms >= size && ms % size === 0)
  return unit ? `${ms / unit[0]} ${unit[1]}` : `${ms} ms`
}

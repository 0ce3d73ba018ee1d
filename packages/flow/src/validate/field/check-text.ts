import type { CodeField, TextField } from '@millrace/sdk/descriptor'
import { checkFormat } from './formats.ts'
import type { FieldFinding } from './field-finding.ts'
import { wrongType } from './wrong-type.ts'

const textCharactersMax = 10_000

export function checkText(field: TextField, value: unknown): readonly FieldFinding[] {
  if (typeof value !== 'string') return wrongType('a text', value)
  const most = field.maxLength ?? textCharactersMax
  if (value.length > most) {
    return [
      { code: 'FIELD_TOO_LONG', message: `At most ${most} characters; these are ${value.length}` },
    ]
  }
  if (value === '') return []
  if (field.pattern !== undefined && !matches(field.pattern, value)) {
    const hint = field.patternHint ?? `Must have the form ${field.pattern}`
    return [{ code: 'FIELD_PATTERN', message: hint }]
  }
  const wrong = field.format === undefined ? null : checkFormat(field.format, value)
  return wrong === null ? [] : [{ code: 'FIELD_FORMAT', message: wrong }]
}

/** The pattern comes from the node package, its length and that of the text are bounded. */
function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(text)
}

export function checkCode(field: CodeField, value: unknown): readonly FieldFinding[] {
  if (typeof value !== 'string') return wrongType('a text', value)
  if (field.language !== 'json' || value.trim() === '') return []
  try {
    JSON.parse(value)
    return []
  } catch {
    return [{ code: 'FIELD_FORMAT', message: 'This is not valid JSON' }]
  }
}

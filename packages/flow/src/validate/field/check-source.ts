import { check, checkTemplate, parsePath } from '@millrace/expression'
import type { Problem as SourceProblem } from '@millrace/expression'
import type { ExpressionField, PathField, TemplateField } from '@millrace/sdk/descriptor'
import type { FieldFinding } from './field-finding.ts'
import { wrongType } from './wrong-type.ts'

/** Checks an expression, template or path; findings carry the place in the text. */
export function checkSource(
  field: ExpressionField | TemplateField | PathField,
  value: unknown,
): readonly FieldFinding[] {
  if (typeof value !== 'string') return wrongType('a text', value)
  if (field.kind === 'template') return checkTemplate(value).problems.map(toFinding)
  if (field.kind === 'path') return parsePath(value).problems.map(toFinding)
  return check(value, { returns: field.returns }).problems.map(toFinding)
}

function toFinding({ start, end, message, severity }: SourceProblem): FieldFinding {
  return { code: 'FIELD_EXPRESSION', message, severity, span: { start, end } }
}

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
  if (field.kind === 'template') {
    const findings = checkTemplate(value).problems.map(toFinding)
    return field.format === 'url' ? [...findings, ...checkAddress(value)] : findings
  }
  if (field.kind === 'path') return parsePath(value).problems.map(toFinding)
  return check(value, { returns: field.returns }).problems.map(toFinding)
}

/** A password that stands in the address itself, and not in the message. */
function checkAddress(template: string): readonly FieldFinding[] {
  const isGivenAway = /^\s*[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@{]*:[^/?#\s@{]+@/i.test(template)
  if (!isGivenAway) return []
  const message =
    'Whoever sees the flow can read the password in this address: choose it as “Sign-in”'
  return [{ code: 'PASSWORD_IN_ADDRESS', message, severity: 'warning' }]
}

function toFinding({ start, end, message, severity }: SourceProblem): FieldFinding {
  return { code: 'FIELD_EXPRESSION', message, severity, span: { start, end } }
}

import type { FieldFinding } from './field-finding.ts'

type Row = Readonly<Record<string, unknown>>

/** Whether headers give away what should be secret: a flow is read, shared and kept as text. */
export function checkHeaders(rows: readonly Row[]): readonly FieldFinding[] {
  return rows.flatMap((row, index) => (isPlainCredential(row) ? [givenAway(row, index)] : []))
}

/** A row that holds a credential itself, and not an expression that finds it in the message. */
export function isPlainCredential({ name, value }: Row): boolean {
  if (typeof name !== 'string' || typeof value !== 'string') return false
  return value !== '' && !value.includes('{{') && isCredentialHeader(name)
}

/** Whether a header is there to say who asks, such as `Authorization`, `Cookie` or `X-API-Key`. */
export function isCredentialHeader(name: string): boolean {
  return words.test(name) || keys.test(name)
}

const words =
  /(?:^|[-_])(?:authorization|authentication|auth|cookie|token|jwt|secret|password|passwd|credentials?)(?:[-_]|$)/i

/** Not every key is one: `Idempotency-Key` and `Routing-Key` are not. */
const keys =
  /(?:^|[-_])(?:api|access|app|application|auth|client|functions?|license|master|private|service|shared|sas|subscription|account)[-_]?key(?:[-_]|$)/i

function givenAway({ name }: Row, index: number): FieldFinding {
  const message = `Whoever sees the flow can read this. Keep “${String(name)}” secret: choose “Key in a header” as Sign-in, or “Further secret headers”`
  return {
    code: 'HEADER_NOT_SECRET',
    message,
    inside: `[${index}].value`,
    severity: 'warning',
  }
}

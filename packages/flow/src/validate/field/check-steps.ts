import type { FieldFinding } from './field-finding.ts'

type Row = Readonly<Record<string, unknown>>

/** Whether steps of a pattern make one: it begins with a message, and needs at least one. */
export function checkSteps(rows: readonly Row[]): readonly FieldFinding[] {
  if (rows.length === 0) return []
  const needed = rows.findIndex(isNeeded)
  if (needed < 0) return [wrong('One step has to be needed: “Once”, or “Once or more”')]
  const first = rows.findIndex(isNever)
  if (first < 0 || first > needed) return []
  const message = 'A match cannot begin with a message that never comes; put it behind another step'
  return [{ ...wrong(message), inside: `[${first}].often` }]
}

function wrong(message: string): FieldFinding {
  return { code: 'PATTERN_STEPS', message }
}

function isNever({ often }: Row): boolean {
  return often === 'never'
}

function isNeeded({ often, atLeast }: Row): boolean {
  if (often === 'between') return typeof atLeast !== 'number' || atLeast > 0
  return often !== 'never' && often !== 'optional'
}

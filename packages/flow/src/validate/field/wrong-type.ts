import type { FieldFinding } from './field-finding.ts'

export function wrongType(wanted: string, value: unknown): readonly FieldFinding[] {
  return [{ code: 'FIELD_TYPE', message: `Must be ${wanted}, not ${show(value)}` }]
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return value !== null && typeof value === 'object' ? 'an object' : String(value)
}

import type { Problem } from '../../flow.ts'

/** What is wrong with a field, before it is known whose field it is. */
export interface FieldFinding {
  readonly code: string
  readonly message: string
  /** From the field on: such as `[2].when` inside a list. */
  readonly inside?: string
  readonly severity?: Problem['severity']
  readonly span?: NonNullable<Problem['span']>
}

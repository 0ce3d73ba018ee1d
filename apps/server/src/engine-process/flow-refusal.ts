import type { Refusal } from './messages.ts'

/** The version before goes on, or not. */
export class UpdateRefused extends Error {
  readonly refusal: Refusal

  constructor(error: unknown, isStillRunning: boolean) {
    super(sentenceOf(error), { cause: error })
    this.refusal = { ...refusalOf(error), isStillRunning }
  }
}

/** Objects that are none of our errors may be of a person's code, and are not asked for anything. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : 'Something was thrown that is no error.'
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof UpdateRefused) return error.refusal
  const { code, node } = partsOf(error)
  return {
    code: typeof code === 'string' ? code : 'FLOW_FAILED',
    message: sentenceOf(error),
    node: typeof node === 'string' ? node : undefined,
  }
}

export function partsOf(error: unknown): {
  readonly code?: unknown
  readonly node?: unknown
  readonly type?: unknown
} {
  return typeof error === 'object' && error !== null ? error : {}
}

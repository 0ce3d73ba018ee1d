import type { TestStep } from '@millrace/sdk'

/** One step of a connection test. */
export interface Step {
  /** A short noun, such as "Sign-in". */
  readonly name: string
  /** Says what was found; throws what is wrong, with a sentence that says what to change. */
  readonly run: () => Promise<string | Finding>
}

/** For a step that says more than that it passed. */
export interface Finding {
  readonly outcome: 'passed' | 'skipped'
  readonly text: string
  /** Names that were found. */
  readonly found?: readonly string[]
}

/**
 * Takes the steps in order and tells of each as it ends, until one fails; those after it are told
 * as skipped. `sentenceOf` makes a sentence of what a step throws.
 */
export async function* takeSteps(
  steps: readonly Step[],
  sentenceOf: (error: unknown) => string = messageOf,
): AsyncGenerator<TestStep> {
  for (const [at, { name, run }] of steps.entries()) {
    try {
      const found = await run()
      if (typeof found === 'string') yield { step: name, outcome: 'passed', text: found }
      else yield { step: name, ...found }
    } catch (error) {
      yield { step: name, outcome: 'failed', text: sentenceOf(error) }
      for (const skipped of steps.slice(at + 1)) yield { step: skipped.name, outcome: 'skipped' }
      return
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { compilePattern, createMeter, PatternFailure } from '@millrace/expression'
import { labelOf } from './labels.ts'
import type { Labels } from './labels.ts'
import { QueryError } from './query-error.ts'
import type { Matcher } from './syntax.ts'

export type Matches = (labels: Labels) => boolean

/**
 * Makes the function that says whether labels match. Regular expressions match a whole value and run
 * in time linear in it, whatever their pattern.
 */
export function labelsMatcher(matchers: readonly Matcher[]): Matches {
  const tests = matchers.map(({ label, operator, value }) => ({
    label,
    test: textTest(operator, value),
  }))
  return (labels) => tests.every(({ label, test }) => test(labelOf(labels, label)))
}

/** How a text is compared with a value. */
export function textTest(operator: Matcher['operator'], value: string): (text: string) => boolean {
  switch (operator) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
      return patternTest(`^(?s:${value})$`, value)
    case '!~': {
      const test = patternTest(`^(?s:${value})$`, value)
      return (text) => !test(text)
    }
  }
}

const patternLengthMax = 2_000

/** Whether a pattern occurs in a text, remembered for texts that come again. */
export function patternTest(pattern: string, shown = pattern): (text: string) => boolean {
  if (pattern.length > patternLengthMax) throw new QueryError('the regular expression is too long')
  const matcher = compilePattern(pattern)
  if (matcher instanceof PatternFailure) {
    throw new QueryError(`error parsing regexp: ${matcher.message}: \`${shown.slice(0, 200)}\``)
  }
  const known = new Map<string, boolean>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const found = matcher(text, createMeter())
    known.set(text, found)
    return found
  }
}

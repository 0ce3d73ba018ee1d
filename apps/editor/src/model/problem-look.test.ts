import { expect, test } from 'vitest'
import type { Problem } from '@millrace/flow'
import { countProblems, lookOf, worstLook } from './problem-look.ts'

const problem = (code: string, severity: Problem['severity'] = 'error'): Problem => ({
  severity,
  code,
  message: '',
  node: 'a',
})

const nobody: ReadonlySet<string> = new Set()
const tried: ReadonlySet<string> = new Set(['a'])

test.for([
  ['FIELD_MISSING', 'error', 'unfinished', 'error'],
  ['NODE_UNREACHED', 'warning', 'unfinished', 'warning'],
  ['FIELD_FORMAT', 'error', 'error', 'error'],
  ['FIELD_UNKNOWN', 'warning', 'warning', 'warning'],
] as const)('%s, an %s, of a new node is %s, and of one that was tried %s', (row) => {
  const [code, severity, ofNew, ofTried] = row
  expect(lookOf(problem(code, severity), nobody)).toBe(ofNew)
  expect(lookOf(problem(code, severity), tried)).toBe(ofTried)
})

test('what is wrong comes before what is not finished', () => {
  const found = [problem('FIELD_MISSING'), problem('FIELD_FORMAT', 'warning')]
  const counts = countProblems(found, nobody)
  expect(counts).toEqual({ errors: 0, warnings: 1, unfinished: 1 })
  expect(worstLook(counts)).toBe('warning')
  expect(worstLook(countProblems(found, tried))).toBe('error')
  expect(worstLook(countProblems([], tried))).toBe('none')
})

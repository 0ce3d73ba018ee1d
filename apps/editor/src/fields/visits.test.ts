import { expect, test } from 'vitest'
import type { Problem } from '@millrace/flow'
import { arrived, departed, insisted, noVisits, problemsToTell } from './visits.ts'

const problem = (code: string, field?: string): Problem => ({
  severity: 'error',
  code,
  message: '',
  ...(field === undefined ? {} : { field }),
})

const missing = problem('FIELD_MISSING', 'host')
const noAddress = problem('FIELD_FORMAT', 'url')
const ofAll = problem('TYPE_UNKNOWN')

test('of a form where nobody was it tells what is wrong, but not what is missing', () => {
  expect(problemsToTell([missing, noAddress, ofAll], noVisits)).toEqual([noAddress, ofAll])
})

test('what is typed is not judged before the field is left', () => {
  const typing = arrived(noVisits, 'url')
  expect(problemsToTell([noAddress], typing)).toEqual([])
  expect(problemsToTell([noAddress], departed(typing, 'url'))).toEqual([noAddress])
})

test('a field that was left empty is missing', () => {
  const gone = departed(arrived(noVisits, 'host'), 'host')
  expect(problemsToTell([missing], gone)).toEqual([missing])
  expect(problemsToTell([missing], arrived(gone, 'host'))).toEqual([missing])
  expect(problemsToTell([missing], departed(noVisits, 'url'))).toEqual([])
})

test('what is wrong when a form is submitted is told, but nothing that goes wrong after it', () => {
  const submitted = insisted(noVisits, [missing])
  expect(problemsToTell([missing], submitted)).toEqual([missing])
  expect(problemsToTell([noAddress], arrived(submitted, 'url'))).toEqual([])
})

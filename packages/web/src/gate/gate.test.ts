import { expect, test } from 'vitest'
import { isAdmitted } from './gate.ts'
import type { Admission } from './gate.ts'

const basic: Admission = { admission: 'basic', admitUser: 'ann', admitPassword: 'p:w' }
const token: Admission = { admission: 'token', admitToken: 'abc' }

const asks = (admission: Admission, authorization?: string, query: Record<string, string> = {}) =>
  isAdmitted(admission, {
    headers: authorization === undefined ? {} : { authorization },
    query,
  })

test('lets everybody in where nothing is asked for', () => {
  expect(asks({ admission: 'all' })).toBe(true)
})

test.each([
  [`Basic ${btoa('ann:p:w')}`, true],
  [`basic ${btoa('ann:p:w')}`, true],
  ['Token ann:p:w', true],
  [`Basic ${btoa('ann:other')}`, false],
  [`Basic ${btoa('bob:p:w')}`, false],
  ['Bearer p:w', false],
  ['Basic', false],
  ['', false],
  [undefined, false],
])('asks for name and password: %s', (authorization, isIn) => {
  expect(asks(basic, authorization)).toBe(isIn)
})

test.each([
  ['Bearer abc', true],
  ['Token abc', true],
  ['Token somebody:abc', true],
  [`Basic ${btoa('somebody:abc')}`, true],
  ['Bearer abcd', false],
  ['Bearer', false],
  [undefined, false],
])('asks for a token: %s', (authorization, isIn) => {
  expect(asks(token, authorization)).toBe(isIn)
})

test('takes name and password from the query', () => {
  expect(asks(basic, undefined, { u: 'ann', p: 'p:w' })).toBe(true)
  expect(asks(basic, undefined, { u: 'ann', p: 'no' })).toBe(false)
  expect(asks(token, undefined, { p: 'abc' })).toBe(true)
})

test('admits nobody where the secret was never set', () => {
  expect(asks({ admission: 'token' }, 'Bearer ')).toBe(false)
  expect(asks({ admission: 'basic', admitUser: 'ann' }, `Basic ${btoa('ann:')}`)).toBe(false)
})

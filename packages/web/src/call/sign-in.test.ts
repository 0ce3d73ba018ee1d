import { expect, test } from 'vitest'
import { secretHeaders, signInHeaders } from './sign-in.ts'

test.each([
  [{ auth: 'none' }, {}],
  [{ auth: 'bearer', token: 't' }, { authorization: 'Bearer t' }],
  [{ auth: 'basic', username: 'u', password: 'p' }, { authorization: 'Basic dTpw' }],
  [{ auth: 'header', keyHeader: 'X-API-Key', key: 'k' }, { 'x-api-key': 'k' }],
] as const)('signs in by %o', (signIn, headers) => {
  expect(signInHeaders(signIn)).toEqual(headers)
})

test('reads a secret header from each line', () => {
  const text = '\r\nDD-API-KEY: a:b \r\n  Cookie:x=1; y=2\n'
  expect(secretHeaders(text)).toEqual({ 'dd-api-key': 'a:b', cookie: 'x=1; y=2' })
  expect(secretHeaders(undefined)).toEqual({})
})

test('says which line is no header, and not what stands there', () => {
  const read = () => secretHeaders('a: 1\nhunter2-hunter2')
  expect(read).toThrow('Line 2 of "Further secret headers" is no header')
  expect(read).not.toThrow('hunter2')
})

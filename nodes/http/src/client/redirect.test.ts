import { expect, test } from 'vitest'
import type { Call } from './exchange.ts'
import { callAt, redirected } from './redirect.ts'

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  authorization: 'Bearer t',
  cookie: 'id=1',
  'x-api-key': 'k',
  'X-Site': 'a',
}
const call: Call = { method: 'PUT', url: 'https://a.example/x', headers, body: '{}' }

test('keeps all headers within an origin', () => {
  expect(callAt(call, 'https://a.example/y')).toEqual({ ...call, url: 'https://a.example/y' })
})

test.each(['https://b.example/x', 'https://a.example:8443/x', 'http://a.example/x'])(
  'says nothing to %s that may be a secret',
  (url) => {
    const { accept, 'content-type': type } = headers
    expect(callAt(call, url).headers).toEqual({ accept, 'content-type': type })
  },
)

test('sends no body on where TLS ends', () => {
  expect(() => redirected(call, 307, 'http://a.example/x')).toThrow('a.example redirects to http:')
  expect(redirected(call, 303, 'http://a.example/x')).toMatchObject({ body: undefined })
  expect(redirected(call, 308, 'https://b.example/x')).toMatchObject({ body: '{}' })
})

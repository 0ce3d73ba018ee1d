import { expect, test } from 'vitest'
import { isAllowedPage, listenerRefusal } from './page-origin.ts'

const statusOf = (
  given: { origin?: string; host?: string; token?: string; bearer?: string },
  listeners: { origins?: string; token?: string } = {},
) => {
  const { origin, host = '127.0.0.1:1881', token, bearer } = given
  const headers: Record<string, string> = { host }
  if (origin !== undefined) headers['origin'] = origin
  if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`
  const query = token === undefined ? {} : { token }
  const settings = { origins: '', token: undefined, ...listeners }
  return listenerRefusal({ headers, query }, settings)?.status
}

test.each([
  ['a program that is no browser', {}, undefined],
  ['a page from here', { origin: 'http://127.0.0.1:1881' }, undefined],
  ['a page of localhost', { origin: 'http://localhost:1881', host: 'localhost:1881' }, undefined],
  ['one behind a proxy with TLS', { origin: 'https://plant-4', host: 'plant-4' }, undefined],
  [
    'one of a name in the plant',
    { origin: 'http://p.local:1881', host: 'p.local:1881' },
    undefined,
  ],
  ['a page from elsewhere', { origin: 'https://evil.example' }, 403],
  ['another port', { origin: 'http://127.0.0.1:8080' }, 403],
  ['a page without an origin of its own', { origin: 'null' }, 403],
  [
    'a name that leads here',
    { origin: 'http://evil.example:1881', host: 'evil.example:1881' },
    403,
  ],
])('by default: %s', (_who, given, status) => {
  expect(statusOf(given)).toBe(status)
})

test.each([
  ['https://a.example', undefined],
  ['https://b.example:8443', undefined],
  ['https://A.EXAMPLE:443', undefined],
  ['https://b.example', 403],
  ['http://a.example', 403],
  ['https://a.example.evil.org', 403],
])('with origins that are allowed: %s', (origin, status) => {
  const origins = 'https://a.example , https://b.example:8443'
  expect(statusOf({ origin }, { origins })).toBe(status)
})

test('lets all pages in by *', () => {
  expect(statusOf({ origin: 'https://evil.example' }, { origins: '*' })).toBe(undefined)
})

test('asks for a token, and of who has it for an origin where some are named', () => {
  const token = 'abc'
  expect(statusOf({}, { token })).toBe(401)
  expect(statusOf({ token: 'abd' }, { token })).toBe(401)
  expect(statusOf({ token: 'abc' }, { token })).toBe(undefined)
  expect(statusOf({ bearer: 'abc', origin: 'https://b.example' }, { token })).toBe(undefined)
  const origins = 'https://a.example'
  expect(statusOf({ token, origin: 'https://b.example' }, { token, origins })).toBe(403)
  expect(statusOf({ origin: 'https://a.example' }, { token, origins })).toBe(401)
})

test.each([
  ['a program', {}, true],
  [
    'an image of a page from elsewhere',
    { site: 'cross-site', mode: 'no-cors', dest: 'image' },
    false,
  ],
  ['a page of a neighbour', { site: 'same-site', mode: 'no-cors', dest: 'image' }, false],
  ['a frame', { site: 'cross-site', mode: 'navigate', dest: 'iframe' }, false],
  ['a link that is followed', { site: 'cross-site', mode: 'navigate', dest: 'document' }, true],
  ['a page from here', { site: 'same-origin', mode: 'no-cors', dest: 'image' }, true],
  ['an address that is typed', { site: 'none', mode: 'navigate', dest: 'document' }, true],
])('what comes without an origin: %s', (_who, fetched, isAllowed) => {
  const named = Object.entries(fetched).map(([name, value]) => [`sec-fetch-${name}`, value])
  const headers = { host: '127.0.0.1:1881', ...Object.fromEntries(named) }
  expect(isAllowedPage(headers, '')).toBe(isAllowed)
  expect(isAllowedPage(headers, '*')).toBe(true)
})

import { expect, test } from 'vitest'
import { checkHeaders, isCredentialHeader } from './check-headers.ts'

test.each([
  'Authorization',
  'proxy-authorization',
  'Cookie',
  'X-API-Key',
  'apikey',
  'api_key',
  'X-Auth-Token',
  'PRIVATE-TOKEN',
  'x-amz-security-token',
  'Ocp-Apim-Subscription-Key',
  'DD-APPLICATION-KEY',
  'X-Shopify-Access-Token',
  'x-functions-key',
])('%s holds a credential', (name) => {
  expect(isCredentialHeader(name)).toBe(true)
})

test.each([
  'Accept',
  'Accept-Language',
  'Idempotency-Key',
  'Routing-Key',
  'Content-Type',
  'X-Author',
  'Sec-WebSocket-Key',
  'X-Tokenizer',
])('%s holds none', (name) => {
  expect(isCredentialHeader(name)).toBe(false)
})

test('warns of a credential that stands in the flow itself', () => {
  const rows = [
    { name: 'Accept', value: 'text/plain' },
    { name: 'X-API-Key', value: 'sk-4711' },
    { name: 'Authorization', value: 'Bearer {{ payload.token }}' },
    { name: 'Cookie', value: '' },
  ]
  const findings = checkHeaders(rows)
  expect(findings).toMatchObject([
    { code: 'HEADER_NOT_SECRET', inside: '[1].value', severity: 'warning' },
  ])
  expect(findings[0]?.message).not.toContain('sk-4711')
})

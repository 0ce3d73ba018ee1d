import { createHmac } from 'node:crypto'
import { run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { httpIn } from '../source.ts'
import { whySignatureIsWrong } from './signature.ts'
import { signatureStyles } from './signature-styles.ts'
import type { SignatureStyle } from './signature-styles.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const seconds = String(now / 1000)
const bytes = (text: string) => new TextEncoder().encode(text)

function check(
  style: SignatureStyle,
  headers: Record<string, string>,
  { body = bytes('{"a":1}'), secrets = ['secret'], atMs = now } = {},
) {
  const request = {
    id: '1',
    method: 'POST',
    path: '/x',
    params: {},
    query: {},
    headers,
    body,
    remoteAddress: '127.0.0.1',
  }
  const rule = { style, keys: secrets.map((secret) => Buffer.from(secret)), toleranceMs: 300_000 }
  return whySignatureIsWrong(request, rule, atMs)
}

const hmac = (text: string, options: { algorithm?: string; encoding?: 'hex' | 'base64' } = {}) =>
  createHmac(options.algorithm ?? 'sha256', 'secret')
    .update(text)
    .digest(options.encoding ?? 'hex')

test('knows the example of GitHub', () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const signature = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const given = { body: bytes('Hello, World!'), secrets: ["It's a Secret to Everybody"] }
  const headers = { 'x-hub-signature-256': `sha256=${signature}` }
  expect(check(signatureStyles.github, headers, given)).toBe(undefined)
  expect(check(signatureStyles.github, { 'x-hub-signature-256': signature }, given)).toContain(
    'does not fit',
  )
})

test.each([
  ['stripe', { 'stripe-signature': `t=${seconds},v1=00,v1=${hmac(`${seconds}.{"a":1}`)},v0=1` }],
  [
    'slack',
    {
      'x-slack-signature': `v0=${hmac(`v0:${seconds}:{"a":1}`)}`,
      'x-slack-request-timestamp': seconds,
    },
  ],
  ['shopify', { 'x-shopify-hmac-sha256': hmac('{"a":1}', { encoding: 'base64' }) }],
  ['grafana', { 'x-grafana-alerting-signature': hmac('{"a":1}') }],
  [
    'standard',
    {
      'webhook-signature': `v1,AAAA v1,${hmac(`m1.${seconds}.{"a":1}`, { encoding: 'base64' })}`,
      'webhook-timestamp': seconds,
      'webhook-id': 'm1',
    },
  ],
] as const)('knows the signature of %s, and refuses a changed body', (name, headers) => {
  const style = signatureStyles[name]
  expect(check(style, headers)).toBe(undefined)
  expect(check(style, headers, { body: bytes('{"a":2}') })).toContain('does not fit')
  expect(check(style, {})).toContain('missing')
})

test('refuses what is older or younger than tolerated, however its time is written', () => {
  const at = (time: string, atMs: number) => {
    const signature = hmac(`${seconds}.{"a":1}`)
    const mine = { 'stripe-signature': `t=${time},v1=${signature}` }
    return check(signatureStyles.stripe, mine, { atMs })
  }
  expect(at(seconds, now + 300_000)).toBe(undefined)
  expect(at(seconds, now + 300_001)).toContain('too far')
  expect(at(seconds, now - 300_001)).toContain('too far')
  expect(at('soon', now)).toContain('does not fit')
})

test.each(['whsec_', 'whsec_###', 'whsec_MQ=='])('takes no %s for a key', (signatureSecret) => {
  const config = { auth: 'signature', signedBy: 'standard', signatureSecret, path: '/x' } as const
  expect(() => run(httpIn, config)).toThrow('not in base64')
})

test('takes either of two secrets, and binary bodies', () => {
  const style: SignatureStyle = { ...signatureStyles.github, algorithm: 'sha512', prefix: '' }
  const body = Uint8Array.of(0xff, 0, 0xfe)
  const signature = createHmac('sha512', 'old').update(body).digest('hex')
  const headers = { 'x-hub-signature-256': signature }
  expect(check(style, headers, { body, secrets: ['new', 'old'] })).toBe(undefined)
  expect(check(style, headers, { body, secrets: ['new'] })).toContain('does not fit')
})

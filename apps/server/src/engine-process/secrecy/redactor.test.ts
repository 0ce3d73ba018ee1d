import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blackout, Redactor } from './redactor.ts'

function knowing(...secrets: readonly string[]) {
  const redactor = new Redactor()
  redactor.learn({ 'connection/a': Object.fromEntries(secrets.map((one, at) => [`${at}`, one])) })
  return redactor
}

const secret = 'pass"wörd/+4711'

test.each([
  `Authorization: ${secret}`,
  JSON.stringify({ echoed: secret }),
  `https://x/?token=${encodeURIComponent(secret)}`,
  `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
  `Basic ${Buffer.from(`another:${secret}:x`).toString('base64url')}`,
])('finds a secret in %s', (text) => {
  const clean = knowing(secret).text(text)
  expect(clean).toContain(blackout)
  expect(Buffer.from(clean, 'base64').toString()).not.toContain('4711')
})

test('finds it in base64 whatever stands around it', () => {
  const text = fc.string({ maxLength: 8, unit: 'binary' })
  fc.assert(
    fc.property(text, text, fc.string({ minLength: 12, maxLength: 40 }), (before, after, own) => {
      const packed = Buffer.from(before + own + after).toString('base64')
      const isKnown = own.trim() === own
      expect(!isKnown || knowing(own).text(packed).includes(blackout)).toBe(true)
    }),
  )
})

test('finds the parts of what is a secret as a whole', () => {
  const redactor = knowing(
    'X-App-Key: app-key-4711\nCookie: session=abcdef',
    'https://hooks.example.org/services/T000/B000/XXXX',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----',
  )
  expect(redactor.text('{"x-app-key":"app-key-4711"}')).toBe(`{"x-app-key":"${blackout}"}`)
  expect(redactor.text('session=abcdef')).toBe(blackout)
  expect(redactor.text('POST /services/T000/B000/XXXX')).toBe(`POST ${blackout}`)
  expect(redactor.text('key MIIEvQIBADANBgkq')).toBe(`key ${blackout}`)
  expect(redactor.text('hooks.example.org answered')).toBe('hooks.example.org answered')
})

test('finds the whole of one whose other forms begin alike', () => {
  const own = 'abcdefghijklmnopqrstu/4711-the-rest'
  expect(knowing(own).text(`x ${own} y`)).toBe(`x ${blackout} y`)
  expect(knowing(own, `${own}-and-of-another-one`).text(`x ${own} y`)).toBe(`x ${blackout} y`)
})

test('finds one that was cut in the midst of a sentence', () => {
  const redactor = knowing('pass-4711-abcd')
  expect(redactor.text('It said: pass-4711-. See there.')).toBe(`It said: ${blackout}. See there.`)
  expect(redactor.text('pass-4711-abcdpass-4711-abcd')).toBe(`${blackout}${blackout}`)
})

test('finds one that was cut at the end of a sentence', () => {
  const redactor = knowing('pass-4711-abcd')
  const sentence = 'The server answers: '.padEnd(190, '.')
  expect(redactor.text(`${sentence}pass-4711`)).toBe(`${sentence}${blackout}`)
  expect(redactor.text(`${sentence}pass-4711-a…`)).toBe(`${sentence}${blackout}…`)
  expect(redactor.text(`${sentence}pass`)).toBe(`${sentence}pass`)
})

test('leaves short secrets and all else as they are, and copies only what changes', () => {
  const redactor = knowing('hot', 'pass-4711')
  const value = { a: ['it is hot', { b: 1, c: null, d: Uint8Array.of(1) }] }
  expect(redactor.value(value)).toBe(value)
  const told = { text: 'x pass-4711', kept: value, list: ['pass-4711'] }
  const clean = redactor.value(told)
  expect(clean).toEqual({ text: `x ${blackout}`, kept: value, list: [blackout] })
  expect(clean.kept).toBe(value)
})

test('looks for what was learnt before too', () => {
  const redactor = knowing('pass-old-1')
  redactor.learn({ 'flow/f/n': { token: 'pass-new-2' } })
  expect(redactor.text('pass-old-1 pass-new-2')).toBe(`${blackout} ${blackout}`)
})

import { expect, test } from 'vitest'
import { checkSource } from './check-source.ts'

const address = { kind: 'template', label: 'Address', format: 'url' } as const
const codesOf = (template: string) => checkSource(address, template).map(({ code }) => code)

test.each(['https://ann:secret@api.example.org/{{ topic }}', 'HTTP://:secret@host', ' ws://a:b@c'])(
  'warns of the password in %s',
  (template) => {
    const findings = checkSource(address, template)
    expect(findings).toMatchObject([{ code: 'PASSWORD_IN_ADDRESS', severity: 'warning' }])
    expect(findings[0]?.message).not.toContain('secret')
  },
)

test.each([
  'https://api.example.org:8443/a:b@c',
  'https://ann@api.example.org/',
  'https://ann:{{ payload.password }}@api.example.org/',
  '{{ payload.url }}',
  'https://api.example.org/?at=a:b@c',
])('finds none in %s', (template) => {
  expect(codesOf(template)).toEqual([])
})

test('asks only where it is an address', () => {
  expect(checkSource({ kind: 'template', label: 'Text' }, 'http://a:b@c')).toEqual([])
})

import { expect, test } from 'vitest'
import { isChanged, withConfig, withName, withSecret } from './connection-draft.ts'

const document = { id: 'broker', type: 'mqtt/connection', name: 'Broker', config: { port: 1 } }
const draft = { document, secrets: new Map<string, string | null>() }

test('is unchanged until something differs, and again when it does not', () => {
  expect(isChanged(draft, undefined)).toBe(true)
  expect(isChanged(draft, { ...document, config: { port: 1 } })).toBe(false)
  const renamed = withName(draft, 'Other')
  expect(isChanged(renamed, document)).toBe(true)
  expect(isChanged(withName(renamed, 'Broker'), document)).toBe(false)
  const changed = withConfig(draft, 'host', 'h')
  expect(changed.document.config).toEqual({ port: 1, host: 'h' })
  expect(isChanged(withConfig(changed, 'host', undefined), document)).toBe(false)
})

test('a secret waits until saved, or is left as it is', () => {
  const typed = withSecret(draft, 'password', 'p')
  expect(isChanged(typed, document)).toBe(true)
  expect(isChanged(withSecret(typed, 'password', ''), document)).toBe(false)
  expect(withSecret(draft, 'password', null).secrets.get('password')).toBeNull()
})

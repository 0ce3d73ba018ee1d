import { NodeError } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { openTestRegistry } from '../testing/test-registry.ts'
import { RegistryError } from './registry-error.ts'

test('leaves open what is asked as it closes, and throws what is certain', async () => {
  const { registry, close } = await openTestRegistry()
  const aborted = Promise.withResolvers<never>()
  let outcome = 'open'
  const told: NodeError[] = []
  const asked = registry.insist(
    () => aborted.promise,
    (error) => void told.push(error),
  )
  void asked.then(
    () => (outcome = 'answered'),
    () => (outcome = 'refused'),
  )
  registry.close()
  aborted.reject(new RegistryError('REGISTRY_UNREACHABLE', 'closed', { isPassing: true }))
  await new Promise((resolve) => void setImmediate(resolve))
  expect([outcome, told]).toEqual(['open', []])
  const certain = new NodeError('SCHEMA_UNKNOWN', 'none')
  const refused = registry.insist(
    () => Promise.reject(certain),
    () => undefined,
  )
  await expect(refused).rejects.toBe(certain)
  await close()
})

import { openTestRegistry, time } from '@millrace/schemas/testing'
import type { Status } from '@millrace/sdk'
import { expect, test, vi } from 'vitest'
import { byRegistry } from './by-registry.ts'

test('does not call all well while only the value can be written', async () => {
  const { registry, seen, close } = await openTestRegistry()
  const statuses: Status[] = []
  const latest = { schemaFrom: 'latest', keySchemaFrom: 'latest' }
  const formats = { format: 'registry', keyFormat: 'registry', subject: 's', keySubject: 'none' }
  const config = { registry, topic: () => 'orders', ...latest, ...formats }
  const ignore = () => undefined
  const status = (one: Status) => void statuses.push(one)
  // What it asks of the engine before messages come.
  const context = { config, status, clock: time.clock, goesOn: ignore, log: { warn: ignore } }
  seen.isAway = true
  byRegistry(context as never, () => ({ onMessage: ignore }))
  await vi.waitFor(() => expect(statuses).not.toEqual([]))
  const askedAway = seen.asked
  seen.isAway = false
  await vi.waitFor(() => {
    expect(seen.asked).toBeGreaterThanOrEqual(askedAway + 2)
    expect(statuses.at(-1)?.text).toContain('"none"')
  })
  expect(statuses.map(({ state }) => state)).not.toContain('ok')
  await close()
})

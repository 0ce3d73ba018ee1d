import { checkDescriptor, testConnection } from '@millrace/sdk/testing'
import { openTestRegistry, time } from '@millrace/schemas/testing'
import { expect, test } from 'vitest'
import { kafkaRegistry } from './connection.ts'
import { kafkaRegistryDescriptor } from './descriptor.ts'

test('is described as node types have to be', () => {
  expect(checkDescriptor(kafkaRegistryDescriptor)).toEqual([])
})

test('is tested step by step, and says what is wrong', async () => {
  const { url, seen, close } = await openTestRegistry()
  const good = await testConnection(kafkaRegistry, { url }, { time })
  expect(good.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
  expect(good.at(-1)?.text).toContain('1 subjects: s')
  seen.isAway = true
  const away = await testConnection(kafkaRegistry, { url }, { time })
  expect(away.at(-1)).toMatchObject({
    outcome: 'failed',
    text: expect.stringContaining('status 503'),
  })
  await close()
})

import { afterEach, expect, test } from 'vitest'
import { openTestRegistry } from '../testing/test-registry.ts'
import { writingObstacles } from '../writing/writing-obstacles.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function open() {
  const found = await openTestRegistry()
  opened.push(() => found.close())
  return { ...found, client: found.registry.client }
}

const own = { type: 'AVRO', text: '"int"', references: [] } as const

test('takes it from the registry alone that something is not there', async () => {
  const { client } = await open()
  expect([await client.latest('none'), await client.idOf('none', own)]).toEqual([
    undefined,
    undefined,
  ])
  await expect(client.schema(999)).rejects.toMatchObject({
    code: 'SCHEMA_UNKNOWN',
    isPassing: false,
  })
})

test.each([
  [404, 'REGISTRY_NOT_FOUND'],
  [200, 'REGISTRY_UNREADABLE'],
])('asks again later where something else answers with status %i', async (status, code) => {
  const { client, registry, seen } = await open()
  seen.elsewhere = status
  const passing = { code, isPassing: true }
  await expect(client.latest('s')).rejects.toMatchObject(passing)
  await expect(client.idOf('s', own)).rejects.toMatchObject(passing)
  await expect(client.schema(7)).rejects.toMatchObject(passing)
  const writing = { schemaType: 'AVRO', schema: '"int"', registersSchema: false } as const
  for (const schemaFrom of ['latest', 'here'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const found = await writingObstacles({ registry, schemaFrom, ...writing }, 's')
    expect(found).toMatchObject([{ severity: 'warning', code }])
  }
})

test('knows without asking that a number is none of a registry', async () => {
  const { client, seen } = await open()
  seen.elsewhere = 404
  await expect(client.schema(0x8000_0000)).rejects.toMatchObject({
    code: 'SCHEMA_UNKNOWN',
    isPassing: false,
  })
  expect(seen.asked).toBe(0)
})

test('gives up on references that lead in a circle', async () => {
  const { client, add, seen } = await open()
  const to = (name: string) => [{ name, subject: name, version: 1 }]
  add({ id: 20, subject: 'a', schema: '"int"', references: to('b') })
  add({ id: 21, subject: 'b', schema: '"int"', references: to('a') })
  await expect(client.schema(20)).rejects.toMatchObject({
    code: 'REGISTRY_UNREADABLE',
    isPassing: false,
    message: expect.stringContaining('too many others'),
  })
  expect(seen.asked).toBe(101)
})

import { schemaIdOf } from '@millrace/schemas'
import { openTestRegistry, time } from '@millrace/schemas/testing'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeBroker } from '../link/testing/fake-broker.ts'
import { mqttOut } from './sink.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 })

async function bench(config: object = {}) {
  const registry = await openTestRegistry()
  opened.push(() => registry.close())
  const broker = fakeBroker()
  const given = { broker, format: 'registry', registry: registry.registry, subject: 's' }
  const node = run(mqttOut, { ...given, ...config }, { time })
  opened.push(() => node.close())
  return { registry, broker, node, given }
}

test('holds to the contract of a node', async () => {
  const { given } = await bench()
  expect(await checkNodeType(mqttOut, given, { time })).toEqual([])
})

test('publishes by the newest schema of the subject, and nothing as nothing', async () => {
  const { broker, node } = await bench()
  node.sendAll([{ n: 1 }, null].map((payload) => ({ topic: 'a', payload })))
  await until(() => expect(broker.published).toHaveLength(2))
  const [bytes, nothing] = broker.published.map(({ payload }) => Buffer.from(payload as string))
  expect(schemaIdOf(bytes ?? Buffer.alloc(0))).toBe(7)
  expect(bytes?.subarray(5).toString()).toBe('{"n":1}')
  expect(nothing).toHaveLength(0)
  expect(node.openHolds).toBe(0)
})

test('keeps messages in order and presses while the registry is away, then goes on', async () => {
  const { registry, broker, node } = await bench({ subject: 'other' })
  registry.seen.isAway = true
  registry.add({ id: 9, subject: 'other', schema: '"int"' })
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  node.sendAll([1, 2].map((payload) => ({ topic: 'a', payload })))
  broker.status({ state: 'ok', text: 'Connected' })
  expect([node.openHolds, node.isPressing, node.statuses().at(-1)?.state]).toEqual([
    2,
    true,
    'error',
  ])
  broker.press(true)
  registry.seen.isAway = false
  await until(() => expect(broker.published).toHaveLength(2))
  expect(broker.published.map(({ payload }) => [...(payload as Uint8Array)].at(-1))).toEqual([2, 4])
  expect([node.openHolds, node.isPressing]).toEqual([0, true])
  broker.press(false)
  expect(node.isPressing).toBe(false)
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: 'Connected' })
})

test('does not keep what needs no schema while the registry is away, unless others wait', async () => {
  const { registry, broker, node } = await bench({ retain: true })
  registry.seen.isAway = true
  node.send({ topic: 'a', payload: null })
  node.send({ topic: 'a/#', payload: { n: 1 } })
  node.send({ payload: { n: 1 } })
  expect(broker.published).toMatchObject([{ topic: 'a', payload: '' }])
  expect(node.failures()).toMatchObject([{ code: 'MQTT_BAD_TOPIC' }, { code: 'MQTT_NO_TOPIC' }])
  node.sendAll([{ n: 2 }, null].map((payload) => ({ topic: 'a', payload })))
  expect([broker.published.length, node.openHolds]).toEqual([1, 2])
  registry.seen.isAway = false
  await until(() => expect(broker.published).toHaveLength(3))
  expect(broker.published.map(({ payload }) => payload.length)).toEqual([0, 12, 0])
})

test('lets a value that does not fit leave by the error port, naming schema and field', async () => {
  const { node } = await bench()
  node.send({ topic: 'a', payload: { m: 1 } })
  await until(() => expect(node.failures()).toHaveLength(1))
  expect(node.failures()).toMatchObject([
    {
      code: 'SCHEMA_MISFIT',
      message: expect.stringMatching(/^Schema 7 of "s": .*required property 'n'/),
    },
  ])
})

const own = { schemaFrom: 'here', schemaType: 'AVRO', schema: '"int"', registersSchema: true }

async function obstacles(config: object, change: { away?: boolean; incompatible?: string } = {}) {
  const { registry, given } = await bench()
  registry.seen.isAway = change.away ?? false
  registry.seen.incompatible = change.incompatible ?? ''
  // What the engine hands to a check.
  const context = { config: { registersSchema: false, ...given, ...config } } as never
  const found = await mqttOut.check?.(context)
  return { found, registry }
}

test('finds nothing in the way of a schema that is compatible, and registers nothing', async () => {
  expect((await obstacles({ schemaFrom: 'latest' })).found).toEqual([])
  const { found, registry } = await obstacles(own)
  expect(found).toEqual([])
  expect(registry.schemas).toHaveLength(1)
  expect((await obstacles({ format: 'json', registry: undefined })).found).toEqual([])
})

test.each([
  ['is not compatible', own, { incompatible: 'n has no default' }, 'error', 'SCHEMA_INCOMPATIBLE'],
  ['is none', { ...own, schema: '{"type":5}' }, {}, 'error', 'FORMAT_SETTINGS'],
  ['is not there', { ...own, registersSchema: false }, {}, 'warning', 'SCHEMA_MISSING'],
  ['cannot be asked for', own, { away: true }, 'warning', 'REGISTRY_FAILED'],
  [
    'the subject lacks',
    { schemaFrom: 'latest', subject: 'unheard-of' },
    {},
    'warning',
    'SCHEMA_MISSING',
  ],
] as const)(
  'says before it is deployed that a schema %s',
  async (_what, config, change, ...rest) => {
    const { found } = await obstacles(config, change)
    const [severity, code] = rest
    const field = 'schema' in config ? 'schema' : 'schemaFrom'
    expect(found).toMatchObject([{ severity, code, field }])
    if ('incompatible' in change) expect(found?.[0]?.message).toContain('n has no default')
  },
)

import { framed } from '@millrace/schemas'
import { openTestRegistry, time } from '@millrace/schemas/testing'
import type { TestRegistry } from '@millrace/schemas/testing'
import { checkNodeType, run, testIntake } from '@millrace/sdk/testing'
import type { TestIntake, TestRun } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { fakeBroker } from '../link/testing/fake-broker.ts'
import { mqttIn } from './source.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 })
const valueOf = (n: number, id = 7) => framed(id, Buffer.from(JSON.stringify({ n })))
const payloads = (node: TestRun) => node.emitted('out').map(({ payload }) => payload)

async function bench(
  given?: TestRegistry,
  { intake, ...config }: { intake?: TestIntake; [field: string]: unknown } = {},
) {
  const registry = given ?? (await openTestRegistry())
  if (given === undefined) opened.push(() => registry.close())
  const broker = fakeBroker()
  const options = intake === undefined ? { time } : { time, intake, isDurable: true }
  const fields = { broker, topic: 'a', format: 'registry', registry: registry.registry, ...config }
  const node = run(mqttIn, fields, options)
  opened.push(() => node.close())
  await node.start()
  return { registry, broker, node }
}

test('holds to the contract of a node', async () => {
  const { registry } = await bench()
  const config = {
    broker: fakeBroker(),
    topic: 'a',
    format: 'registry',
    registry: registry.registry,
  }
  expect(await checkNodeType(mqttIn, config, { time })).toEqual([])
})

test('reads by the schema that the bytes name', async () => {
  const { broker, node } = await bench()
  expect(await broker.deliver(['a', valueOf(1)], ['b', valueOf(2)])).toBe(undefined)
  expect(node.emitted('out')).toEqual([
    { payload: { n: 1 }, topic: 'a', qos: 1, retain: false },
    { payload: { n: 2 }, topic: 'b', qos: 1, retain: false },
  ])
  expect([node.openHolds, node.isPressing]).toEqual([0, false])
})

test('waits in order while the registry is away, presses, says so, and acknowledges after it', async () => {
  const { registry, broker, node } = await bench()
  registry.seen.isAway = true
  broker.status({ state: 'ok', text: 'Connected' })
  const settled: number[] = []
  const sent = [1, 2, 3].map((n) =>
    broker.deliver(['a', valueOf(n)], ['a', valueOf(n * 10)]).then(() => settled.push(n)),
  )
  await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  expect(node.statuses().at(-1)?.text).toContain('schema registry answers with status 503')
  broker.status({ state: 'ok', text: 'Connected again' })
  expect(node.statuses().at(-1)?.state).toBe('error')
  expect([node.isPressing, node.openHolds, settled]).toEqual([true, 6, []])
  registry.seen.isAway = false
  await Promise.all(sent)
  expect(payloads(node)).toEqual([1, 10, 2, 20, 3, 30].map((n) => ({ n })))
  expect([node.isPressing, node.openHolds]).toEqual([false, 0])
  expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: 'Connected again' })
})

test('lets what cannot be read leave by the error port, naming its schema, and goes on', async () => {
  const { registry, broker, node } = await bench()
  registry.add({ id: 8, subject: 'avro-value', schema: '{"type":"array","items":"long"}' })
  const proto = 'syntax = "proto3"; message A { string text = 1; }'
  registry.add({ id: 9, subject: 'p', type: 'PROTOBUF', schema: proto })
  const bytes = (...all: number[]) => Buffer.from(all)
  const bad = [
    valueOf(1, 250),
    bytes(0, 0, 0),
    Buffer.from('{"plain":1}'),
    bytes(0, 0, 0, 0, 8, 2),
    bytes(0, 0, 0, 0, 9, 0, 10, 9, 65),
    bytes(0, 0, 0, 0, 9, 2, 60),
    framed(7, Buffer.from('{}')),
  ]
  for (const payload of bad) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await broker.deliver(['a', payload])
  }
  await broker.deliver(['a', valueOf(2)])
  const failures = node.failures().map(({ code, message }) => [code, message])
  expect(failures).toEqual([
    ['SCHEMA_UNKNOWN', expect.stringContaining('Schema 250: ')],
    ['SCHEMA_FRAME_TRUNCATED', expect.stringContaining('3 bytes')],
    ['SCHEMA_NOT_NAMED', expect.stringContaining('0x7b')],
    ['FORMAT_DECODE', expect.stringContaining('Schema 8 of "avro-value": ')],
    ['FORMAT_DECODE', expect.stringContaining('Schema 9 of "p": ')],
    ['SCHEMA_MESSAGE_UNKNOWN', expect.stringContaining('Schema 9 of "p": ')],
    ['SCHEMA_MISFIT', expect.stringContaining('Schema 7 of "s": ')],
  ])
  expect(node.failures().map(({ original }) => original.payload)).toEqual(
    bad.map((one) => Buffer.from(one)),
  )
  expect(payloads(node)).toEqual([{ n: 2 }])
})

test('keeps what was acknowledged over a crash while the registry is away, in order and once', async () => {
  const log = testIntake()
  const registry = await openTestRegistry()
  opened.push(() => registry.close())
  registry.seen.isAway = true
  const { broker, node } = await bench(registry, { intake: log, qos: '1' })
  let acknowledged = 0
  for (const n of [1, 2]) {
    void broker.deliver(['a', valueOf(n)], ['b', valueOf(-n)]).then(() => (acknowledged += 1))
  }
  log.sync()
  await until(() => expect(acknowledged).toBe(2))
  expect([node.openHolds, node.isPressing, payloads(node)]).toEqual([0, true, []])
  // The epoch knows of all that was taken in by then; what follows is in the log alone.
  const epoch = node.snapshot()
  void broker.deliver(['c', valueOf(3)])
  const before = testIntake(log.records)
  const { node: next } = await bench(undefined, { intake: before, qos: '1' })
  next.restore(epoch)
  await next.start()
  expect(next.isPressing).toBe(true)
  before.replay(2)
  await until(() => expect(payloads(next)).toHaveLength(5))
  expect(next.emitted('out').map(({ topic, payload }) => [topic, payload])).toEqual([
    ['a', { n: 1 }],
    ['b', { n: -1 }],
    ['a', { n: 2 }],
    ['b', { n: -2 }],
    ['c', { n: 3 }],
  ])
  expect(next.snapshot()).toEqual({ waiting: [] })
})

test('leaves what waits to the node that takes its place, also one that needs no registry', async () => {
  const registry = await openTestRegistry()
  opened.push(() => registry.close())
  registry.seen.isAway = true
  const { broker, node } = await bench(registry, { intake: testIntake(), qos: '1' })
  void broker.deliver(['a', valueOf(1)], ['b', valueOf(2)])
  await node.stop()
  const kept = node.snapshot()
  registry.seen.isAway = false
  await node.close()
  const next = await bench(registry, { intake: testIntake(), qos: '1', format: 'binary' })
  next.node.restore(kept)
  await next.node.start()
  await until(() => expect(payloads(next.node)).toHaveLength(2))
  expect(next.node.emitted('out').map(({ topic }) => topic)).toEqual(['a', 'b'])
  expect(payloads(node)).toEqual([])
})

test('reads Avro as the newest schema of a subject', async () => {
  const { registry, broker, node } = await bench(undefined, {
    readAs: 'latest',
    readerSubject: 'r-value',
  })
  const schema = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'R', fields })
  const n = { name: 'n', type: 'int' }
  registry.add({ id: 20, subject: 'r-value', schema: schema(n) })
  const unit = { name: 'unit', type: 'string', default: 'C' }
  registry.add({ id: 21, subject: 'r-value', schema: schema({ ...n, type: 'double' }, unit) })
  registry.add({ id: 22, subject: 'other', schema: schema({ name: 'x', type: 'string' }) })
  const value = (id: number, ...bytes: number[]) => framed(id, Uint8Array.from(bytes))
  await broker.deliver(['a', value(20, 10)])
  await broker.deliver(['a', value(22, 2, 120)])
  await broker.deliver(['a', value(20, 12)])
  expect(payloads(node)).toEqual([5, 6].map((n_) => ({ n: n_, unit: 'C' })))
  expect(node.failures()).toMatchObject([
    {
      code: 'SCHEMA_UNRESOLVABLE',
      message: expect.stringMatching(
        /^Schema 22 of "other" cannot be read as schema 21 of "r-value": Field n: .* no default/,
      ),
    },
  ])
})

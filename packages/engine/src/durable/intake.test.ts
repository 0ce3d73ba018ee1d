import type { Message } from '@millrace/sdk'
import { sink } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import { describe, expect, test } from 'vitest'
import type { DeploymentSpec } from '../deployment.ts'
import { openDeployment } from '../open-deployment.ts'
import {
  CrashBench,
  createManualHost,
  createTestNodes,
  specOf,
  testNode as node,
} from '../testing/index.ts'

/** A sink whose flow is behind while the test says so. */
function valve() {
  const state = { close: (_isClosed: boolean): void => undefined, seen: [] as Message[] }
  const type = sink(
    descriptor({
      type: 'test/valve',
      version: 1,
      title: 'Test',
      summary: 'For this test.',
      category: 'sinks',
      icon: 'circle',
      kind: 'sink',
      inputs: [{ name: 'in', title: 'In' }],
      outputs: [],
      fields: {},
    }),
    ({ pressure }) => {
      state.close = pressure
      return { onMessage: (message) => void state.seen.push(message) }
    },
  )
  return { state, type }
}

async function open(config: Readonly<Record<string, unknown>> = {}) {
  const { state, type } = valve()
  const spec = specOf([node('in', 'intake', config), node('out', 'valve')], ['in > out'])
  const bench = new CrashBench(spec)
  bench.types = [type]
  await bench.start()
  return { bench, valve: state, payloads: () => state.seen.map(({ payload }) => payload) }
}

/** The flow with its source changed. */
function changed(spec: DeploymentSpec): DeploymentSpec {
  const nodes = spec.flow.nodes.map((one) =>
    one.id === 'in' ? { ...one, config: { ...one.config, lateByMs: 5 } } : one,
  )
  return { ...spec, flow: { ...spec.flow, nodes } }
}

describe('an intake', () => {
  test('gives records to the flow at once and acknowledges them when they are on disk', async () => {
    const { bench, payloads } = await open()
    const delivery = bench.take(1)
    expect(payloads()).toEqual([1])
    expect(delivery.settled).toBe(0)
    bench.disk.sync()
    expect(delivery).toEqual({ settled: 1, error: undefined })
  })

  test('that is to block pauses its source until the flow has caught up', async () => {
    const { bench, valve, payloads } = await open()
    valve.close(true)
    const source = bench.nodes.source('in')
    expect(source.isPaused).toBe(true)
    for (const payload of [1, 2]) bench.take(payload)
    expect(payloads()).toEqual([])
    valve.close(false)
    bench.take(3)
    expect(source.isPaused).toBe(true)
    bench.host.advance(0)
    expect(payloads()).toEqual([1, 2, 3])
    expect(source.isPaused).toBe(false)
    bench.take(4)
    expect(payloads()).toEqual([1, 2, 3, 4])
  })

  test('that is to keep on disk goes on taking in', async () => {
    const { bench, valve, payloads } = await open({ overflow: 'spill' })
    valve.close(true)
    expect(bench.nodes.source('in').isPaused).toBe(false)
    for (let payload = 0; payload < 1_000; payload += 1) bench.take(payload)
    expect(bench.deployment.durability()?.intakes).toMatchObject([{ node: 'in', backlog: 1_000 }])
    valve.close(false)
    bench.host.advance(0)
    expect(payloads()).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  })

  test('that is to drop new messages drops those beyond what may wait, and says how many', async () => {
    const { bench, valve, payloads } = await open({ overflow: 'dropNewest', overflowKeep: 2 })
    valve.close(true)
    const deliveries = [1, 2, 3, 4].map((payload) => bench.take(payload))
    // What is dropped is acknowledged, but not before what came first.
    expect(deliveries.map(({ settled }) => settled)).toEqual([0, 0, 0, 0])
    bench.disk.sync()
    expect(deliveries.map(({ settled }) => settled)).toEqual([1, 1, 1, 1])
    valve.close(false)
    bench.host.advance(0)
    expect(payloads()).toEqual([1, 2])
    expect(bench.deployment.durability()?.intakes).toMatchObject([{ dropped: 2, backlog: 0 }])
  })

  test('that is to drop old messages keeps the latest', async () => {
    const { bench, valve, payloads } = await open({ overflow: 'dropOldest', overflowKeep: 2 })
    valve.close(true)
    for (const payload of [1, 2, 3, 4]) bench.take(payload)
    bench.disk.sync()
    await bench.crash()
    bench.host.advance(0)
    expect(payloads()).toEqual([1, 2, 3, 4])
    valve.close(true)
    for (const payload of [5, 6, 7]) bench.take(payload)
    valve.close(false)
    bench.host.advance(0)
    expect(payloads().slice(4)).toEqual([6, 7])
  })

  test('whose log is full pauses its source until there is room', async () => {
    const { bench } = await open({ overflow: 'spill' })
    bench.disk.logMax = 2
    for (const payload of [1, 2]) bench.take(payload)
    const source = bench.nodes.source('in')
    expect(source.isPaused).toBe(true)
    bench.host.advance(500)
    expect(source.isPaused).toBe(true)
    bench.host.advance(500)
    expect(source.isPaused).toBe(false)
  })

  test('stays paused after a crash until what was taken before is dealt with', async () => {
    const { bench, payloads } = await open()
    bench.host.advance(1_000)
    for (let payload = 0; payload < 1_000; payload += 1) bench.take(payload)
    bench.disk.sync()
    const before = payloads().length
    bench.disk.crash()
    await bench.start()
    // One turn has gone by, and the rest comes in the next ones.
    bench.take('new')
    bench.host.advance(0)
    expect(payloads().slice(before)).toEqual([
      ...Array.from({ length: 1_000 }, (_, index) => index),
      'new',
    ])
    expect(bench.nodes.source('in').isPaused).toBe(false)
  })

  test('gives what is replayed the time at which it was taken in', async () => {
    const { bench, valve } = await open()
    bench.take(1)
    bench.host.advance(700)
    bench.take(2)
    bench.disk.sync()
    const before = valve.seen.map(({ time }) => time)
    bench.host.advance(200)
    await bench.crash()
    expect(before).toEqual([1_000_000, 1_000_700])
    expect(valve.seen.slice(2).map(({ time }) => time)).toEqual(before)
    bench.take(3)
    expect(valve.seen.at(-1)?.time).toBe(1_000_900)
  })

  test('ends its source after all that was taken in is replayed', async () => {
    const { bench, valve, payloads } = await open()
    valve.close(true)
    bench.take(1)
    bench.nodes.source('in').end()
    valve.close(false)
    bench.host.advance(0)
    await bench.deployment.ended
    expect(payloads()).toEqual([1])
  })

  test('goes on where it was when its source is changed', async () => {
    const { bench, valve, payloads } = await open()
    valve.close(true)
    bench.take(1)
    await bench.deployment.update(changed(bench.spec))
    bench.take(2)
    valve.close(false)
    bench.host.advance(0)
    expect(payloads()).toEqual([1, 2])
  })

  test('acknowledges what a source had taken in when it is changed before that is on disk', async () => {
    const { bench } = await open()
    bench.disk.fail(new Error('The disk is slow.'))
    const delivery = bench.take(1)
    await bench.deployment.update(changed(bench.spec))
    expect(delivery.settled).toBe(0)
    bench.disk.fail(undefined)
    bench.disk.sync()
    expect(delivery).toEqual({ settled: 1, error: undefined })
  })

  test('does not give a source of another type what the one before took in', async () => {
    const { bench, valve, payloads } = await open()
    valve.close(true)
    bench.take('old')
    await bench.deployment.stop({ drainMs: 0 })
    const other = createTestNodes('test/other')
    bench.types = [...bench.types, ...other.nodeTypes.slice(1, 2)]
    const { flow } = bench.spec
    const nodes = flow.nodes.map((one) => (one.id === 'in' ? { ...one, type: 'test/other' } : one))
    bench.spec = { ...bench.spec, flow: { ...flow, nodes } }
    await bench.start()
    other.source('in').take({ payload: 'new' })
    bench.host.advance(0)
    expect(payloads()).toEqual(['new'])
  })

  test('settles like any delivery where nothing is stored', async () => {
    const nodes = createTestNodes()
    const host = createManualHost({ nodeTypes: nodes.nodeTypes })
    const spec = specOf([node('in', 'intake'), node('out', 'sink')], ['in > out'])
    await openDeployment(spec, host).start()
    expect(nodes.source('in').take({ payload: 1 })).toEqual({ settled: 1, error: undefined })
    expect(nodes.received).toHaveLength(1)
  })
})

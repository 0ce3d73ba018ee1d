import type { FlowNode } from '@millrace/flow'
import type { Message, NodeType } from '@millrace/sdk'
import { NodeError, operator, sink } from '@millrace/sdk'
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

const look = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'sinks',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
  fields: {},
} as const

const room = 5

/** A sink with room for five messages, which takes a millisecond for each and begins to press at three. */
function narrow() {
  const written: Message[] = []
  const type = sink(
    descriptor({ ...look, type: 'test/narrow', kind: 'sink', outputs: [] }),
    ({ hold, release, timers, pressure }) => {
      let waiting = 0
      return {
        onMessage: (message) => {
          if (waiting === room) throw new NodeError('FULL', 'The buffer is full.')
          const held = hold()
          waiting += 1
          pressure(waiting > 2)
          timers.after(1, () => {
            written.push(message)
            waiting -= 1
            pressure(waiting > 2)
            release(held)
          })
        },
      }
    },
  )
  return { written, type }
}

/** Emits each watermark that it is told. */
const listen = operator(
  descriptor({
    ...look,
    type: 'test/listen',
    kind: 'operator',
    outputs: [{ name: 'out', title: 'Out' }],
  }),
  ({ emit }) => ({
    onMessage: (message) => emit.out(message),
    onWatermark: (time) => emit.out({ payload: `watermark ${time}` }),
    onEnd: () => emit.out({ payload: 'end' }),
  }),
)

const numbers = Array.from({ length: 2_000 }, (_, index) => index)
const messages = numbers.map((payload): Message => ({ payload }))

const nodes = [node('in', 'source'), node('out', 'narrow'), node('errors', 'sink')]
const wires = ['in > out', 'out:error > errors']

async function open(given: readonly FlowNode[] = nodes, joined: readonly string[] = wires) {
  const { written, type } = narrow()
  const testNodes = createTestNodes()
  const nodeTypes: NodeType[] = [type, listen, ...testNodes.nodeTypes]
  const host = createManualHost({ nodeTypes, startMs: 1_000_000 })
  const deployment = openDeployment(specOf(given, joined), host)
  await deployment.start()
  const payloads = (): unknown[] => written.map(({ payload }) => payload)
  return { host, deployment, source: testNodes.source, received: testNodes.received, payloads }
}

describe('what a source has in hand when a node begins to press', () => {
  test('waits and goes on in order, with nothing lost and nothing refused', async () => {
    const { host, source, received, payloads } = await open()
    const delivery = source('in').emit(...messages)
    expect(source('in').isPaused).toBe(true)
    host.advance(100)
    expect(delivery.settled).toBe(0)
    host.advance(10_000)
    expect(payloads()).toEqual(numbers)
    expect(received).toEqual([])
    expect(delivery).toEqual({ settled: 1, error: undefined })
    expect(source('in').isPaused).toBe(false)
  })

  test('runs no node over however much it is', async () => {
    const { source, received, payloads } = await open()
    for (let read = 0; read < 60; read += 1) source('in').emit(...messages)
    expect(received).toEqual([])
    expect(payloads()).toEqual([])
  })

  test('is not overtaken by what comes later', async () => {
    const { host, source, payloads } = await open()
    const first = source('in').emit(...messages.slice(0, 10))
    const second = source('in').emit(...messages.slice(10, 20))
    host.advance(2)
    source('in').emit(...messages.slice(20, 30))
    expect([first.settled, second.settled]).toEqual([0, 0])
    host.advance(100)
    expect(payloads()).toEqual(numbers.slice(0, 30))
    expect([first.settled, second.settled]).toEqual([1, 1])
  })

  test('is not overtaken by time either, nor by the end', async () => {
    const { host, source, payloads } = await open(
      [node('in', 'source', { eventTime: 'payload', lateByMs: 0 }), ...listeners],
      ['in > listen', 'listen > out'],
    )
    source('in').emit(...messages.slice(1, 8))
    source('in').watermark(50)
    source('in').end()
    host.advance(100)
    const all = payloads()
    expect(all.filter((payload) => typeof payload === 'number')).toEqual(numbers.slice(1, 8))
    expect(all.slice(-2)).toEqual(['watermark 50', 'end'])
    expect(all.indexOf('watermark 6')).toBeGreaterThan(all.indexOf(7))
  })

  test('goes to the changed source', async () => {
    const { host, deployment, source, received, payloads } = await open()
    const delivery = source('in').emit(...messages.slice(0, 100))
    const changed = nodes.map((one) =>
      one.id === 'in' ? { ...one, config: { lateByMs: 5 } } : one,
    )
    const updating = deployment.update(specOf(changed, wires))
    await begun()
    host.advance(1_000)
    await updating
    expect(payloads()).toEqual(numbers.slice(0, 100))
    expect(received).toEqual([])
    expect(delivery).toEqual({ settled: 1, error: undefined })
  })

  test('is not counted as dealt with when its source is removed', async () => {
    const { host, deployment, source, payloads } = await open()
    const delivery = source('in').emit(...messages.slice(0, 100))
    const updating = deployment.update(specOf(nodes.slice(1), wires.slice(1)))
    await begun()
    host.advance(10_000)
    await updating
    expect(payloads()).toEqual(numbers.slice(0, 3))
    expect(delivery.settled).toBe(0)
  })

  test('is written before the flow stops', async () => {
    const { host, deployment, source, payloads } = await open()
    source('in').emit(...messages.slice(0, 100))
    const stopping = deployment.stop({ drainMs: 5_000 })
    await begun()
    host.advance(1_000)
    await stopping
    expect(payloads()).toEqual(numbers.slice(0, 100))
  })
})

/** What was asked of a deployment has come to where it waits for timers. */
async function begun(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const listeners = [node('listen', 'listen'), node('out', 'narrow')]

describe('in a durable flow it', () => {
  async function openDurable(source: string) {
    const { written, type } = narrow()
    const spec: DeploymentSpec = specOf([node('in', source), ...nodes.slice(1)], wires)
    const bench = new CrashBench(spec)
    bench.types = [type]
    await bench.start()
    const payloads = (): unknown[] => written.map(({ payload }) => payload)
    return { bench, payloads }
  }

  test.for(['source', 'intake'])('is there again after a crash, from a test/%s', async (source) => {
    const { bench, payloads } = await openDurable(source)
    if (source === 'source') bench.nodes.source('in').emit(...messages.slice(0, 500))
    else bench.nodes.source('in').take(...messages.slice(0, 500))
    bench.host.advance(50)
    const before = payloads().length
    expect(before).toBeLessThan(300)
    bench.deployment.storeEpoch()
    await bench.crash()
    bench.host.advance(1_000)
    expect(payloads().slice(before)).toEqual(numbers.slice(before, 500))
    bench.host.advance(2_000)
    expect(bench.disk.epochs.last()?.held).toEqual([])
  })

  test('keeps later records in the log until it is gone', async () => {
    const { bench, payloads } = await openDurable('intake')
    const source = bench.nodes.source('in')
    for (let at = 0; at < 300; at += 100) source.take(...messages.slice(at, at + 100))
    expect(bench.deployment.durability()?.intakes).toMatchObject([{ backlog: 2 }])
    bench.host.advance(2_000)
    expect(payloads()).toEqual(numbers.slice(0, 300))
    expect(source.isPaused).toBe(false)
  })
})

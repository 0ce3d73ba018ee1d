import { operator, sink } from '@millrace/sdk'
import type { Hold, Message, NodeType } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from './testing/index.ts'

const look = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'transform',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
  outputs: [{ name: 'out', title: 'Out' }],
} as const

/** Reports the watermarks that it is told; `tag` only makes it another node. */
const listen = operator(
  descriptor({
    ...look,
    type: 'test/listen',
    kind: 'operator',
    fields: { tag: { kind: 'text', label: 'Tag', default: '' } },
  }),
  ({ report }) => ({
    onMessage: () => undefined,
    onWatermark: (time) => report({ kind: 'debug', message: time, shows: 'watermark' }),
  }),
)

/** Gives a time of its own to what passes. */
const restamp = operator(
  descriptor({
    ...look,
    type: 'test/restamp',
    kind: 'operator',
    timed: true,
    fields: {
      eventTime: { kind: 'expression', returns: 'any', label: 'Event time' },
      lateByMs: { kind: 'duration', label: 'Late by', default: 0 },
    },
  }),
  ({ emit }) => ({ onMessage: emit.out }),
)

function bench(
  nodes: readonly [string, string, Record<string, unknown>?][],
  wires: string[],
  further: readonly NodeType[] = [],
) {
  const drawn = nodes.map(([id, type, config = {}]) => ({ id, type: `test/${type}`, config }))
  const testNodes = createTestNodes()
  const nodeTypes = [listen, restamp, ...further, ...testNodes.nodeTypes]
  const host = createManualHost({ nodeTypes, startMs: 1_000_000 })
  const spec = specOf(drawn, wires)
  const deployment = openDeployment(spec, host)
  const told = (node = 'listen'): unknown[] => {
    return host.reports.flatMap((one) => {
      return one.node === node && one.report.kind === 'debug' ? [one.report.message] : []
    })
  }
  return { host, deployment, told, source: testNodes.source, received: testNodes.received, spec }
}

const timed = { eventTime: 'payload' }
const at = (time: number, more: Partial<Message> = {}): Message => ({ payload: time, ...more })

test('a source that knows tells the time itself, and nothing is derived any more', async () => {
  const { deployment, source, told } = bench(
    [
      ['in', 'source', timed],
      ['listen', 'listen'],
    ],
    ['in > listen'],
  )
  await deployment.start()
  source('in').watermark(-Infinity)
  source('in').emit(at(500))
  source('in').watermark(300)
  source('in').watermark(200)
  source('in').emit(at(900))
  expect(told()).toEqual([300])
})

test('time runs apart for each partition and goes by the slowest that is not idle', async () => {
  const config = { ...timed, partition: 'topic', idleAfterMs: 2_000 }
  const { deployment, source, told, host } = bench(
    [
      ['in', 'source', config],
      ['listen', 'listen'],
    ],
    ['in > listen'],
  )
  await deployment.start()
  source('in').emit(at(100, { topic: 'a' }), at(50, { topic: 'b' }), at(400, { topic: 'a' }))
  expect(told()).toEqual([99])
  host.advance(1_900)
  source('in').emit(at(500, { topic: 'a' }))
  host.advance(700)
  expect(told()).toEqual([99, 499])
  source('in').emit(at(700, { topic: 'b' }))
  source('in').emit(at(600, { topic: 'a' }))
  expect(told()).toEqual([99, 499, 599])
})

test('time waits for a partition that is expected, until it is idle or comes no more', async () => {
  const config = { ...timed, partition: 'topic', idleAfterMs: 2_000 }
  const { deployment, source, told, host } = bench(
    [
      ['in', 'source', config],
      ['listen', 'listen'],
    ],
    ['in > listen'],
  )
  await deployment.start()
  for (const topic of ['a', 'b', 'c', 'd']) source('in').expect(at(0, { topic }), true)
  // Whose partition cannot be told is not waited for.
  source('in').expect(at(0), true)
  source('in').emit(at(500, { topic: 'a' }))
  source('in').emit(at(300, { topic: 'b' }))
  source('in').expect(at(0, { topic: 'c' }), false)
  expect(told()).toEqual([])
  source('in').emit(at(400, { topic: 'd' }))
  expect(told()).toEqual([299])
  source('in').expect(at(0, { topic: 'b' }), false)
  expect(told()).toEqual([299, 399])
  source('in').expect(at(0, { topic: 'e' }), true)
  source('in').emit(at(600, { topic: 'd' }))
  expect(told()).toEqual([299, 399])
  host.advance(1_000)
  source('in').emit(at(500, { topic: 'a' }), at(600, { topic: 'd' }))
  host.advance(2_000)
  expect(told()).toEqual([299, 399, 499])
})

test('a source that goes on expecting messages does not become idle', async () => {
  const config = { ...timed, partition: 'topic', idleAfterMs: 2_000 }
  const { deployment, source, told, host } = bench(
    [
      ['waits', 'source', config],
      ['goes', 'source', { ...timed, idleAfterMs: 0 }],
      ['listen', 'listen'],
    ],
    ['waits > listen', 'goes > listen'],
  )
  await deployment.start()
  source('waits').emit(at(100, { topic: 'a' }))
  source('goes').emit(at(900))
  expect(told()).toEqual([99])
  for (let seconds = 0; seconds < 5; seconds += 1) {
    host.advance(1_000)
    source('waits').expect(at(0, { topic: 'a' }), true)
  }
  expect(told()).toEqual([99])
  host.advance(3_000)
  expect(told()).toEqual([99, 899])
})

test('names the partition that is well behind the others, and none once it is idle', async () => {
  const config = { ...timed, partition: 'topic', idleAfterMs: 2_000 }
  const { deployment, source, host } = bench(
    [
      ['in', 'source', config],
      ['listen', 'listen'],
    ],
    ['in > listen'],
  )
  await deployment.start()
  const slowest = () =>
    deployment.counters().nodes.find(({ node }) => node === 'in')?.slowestPartition
  source('in').emit(at(1000, { topic: 'a' }))
  source('in').emit(at(1200, { topic: 'b' }))
  source('in').emit(at(1900, { topic: 'c' }))
  expect(slowest()).toBeUndefined()
  source('in').emit(at(3000, { topic: 'a' }))
  source('in').emit(at(2500, { topic: 'c' }))
  expect(slowest()).toBe('b')
  host.advance(1_500)
  source('in').emit(at(4000, { topic: 'a' }))
  source('in').emit(at(4000, { topic: 'c' }))
  host.advance(1_000)
  expect(slowest()).toBeUndefined()
})

test('an operator that gives time of its own makes copies and does not pass on what it gets', async () => {
  const { deployment, source, told, received } = bench(
    [
      ['in', 'source', timed],
      ['restamp', 'restamp', { eventTime: 'payload * 1000', lateByMs: 500 }],
      ['listen', 'listen'],
      ['sink', 'sink'],
      ['raw', 'sink'],
    ],
    ['in > restamp', 'in > raw', 'restamp > listen', 'restamp > sink'],
  )
  await deployment.start()
  source('in').emit(at(3))
  expect(told()).toEqual([2499])
  expect(received.map(({ node, message }) => [node, message.time])).toEqual([
    ['sink', 3000],
    ['raw', 3],
  ])
})

test('what is started or restarted later learns at once how far time has come', async () => {
  const { deployment, source, told, spec, host } = bench(
    [
      ['in', 'source', timed],
      ['listen', 'listen'],
    ],
    ['in > listen'],
  )
  await deployment.start()
  source('in').emit(at(100))
  const nodes = spec.flow.nodes.map((node) => {
    return node.id === 'listen' ? { ...node, config: { tag: 'changed' } } : node
  })
  const more = { id: 'late', type: 'test/listen', config: {} }
  await deployment.update(specOf([...nodes, more], ['in > listen', 'in > late']))
  expect([told(), told('late')]).toEqual([[99, 99], [99]])
  source('in').emit(at(200))
  expect([told(), told('late')]).toEqual([
    [99, 99, 199],
    [99, 199],
  ])
  expect(deployment.counters().nodes.map(({ watermark }) => watermark)).toEqual([199, 199, 199])
  host.advance(0)
})

test('a clock that is set back makes no message late', async () => {
  const { host, ...rest } = bench(
    [
      ['in', 'source'],
      ['sink', 'sink'],
    ],
    ['in > sink'],
  )
  await rest.deployment.start()
  rest.source('in').emit(at(1))
  host.advance(-5_000)
  rest.source('in').emit(at(2))
  expect(rest.received.map(({ message }) => message.time)).toEqual([1_000_000, 1_000_000])
})

test('nothing ticks while nobody looks at time', async () => {
  const { deployment, host } = bench(
    [
      ['in', 'source'],
      ['sink', 'sink'],
      ['listen', 'listen'],
    ],
    ['in > sink'],
  )
  await deployment.start()
  expect(host.pendingTimers).toBe(0)
  await deployment.update(
    specOf(
      [
        { id: 'in', type: 'test/source', config: {} },
        { id: 'listen', type: 'test/listen', config: {} },
      ],
      ['in > listen'],
    ),
  )
  expect(host.pendingTimers).toBe(1)
})

test('a node that holds too much presses by itself until half of it is gone', async () => {
  const holds: Hold[] = []
  let letGo = (hold: Hold): void => void hold
  const keep = sink(
    descriptor({ ...look, type: 'test/keep', kind: 'sink', outputs: [], fields: {} }),
    ({ hold, release }) => {
      letGo = release
      return { onMessage: () => void holds.push(hold()) }
    },
  )
  const testNodes = createTestNodes()
  const host = createManualHost({ nodeTypes: [keep, ...testNodes.nodeTypes] })
  const nodes = [
    { id: 'in', type: 'test/source', config: {} },
    { id: 'keep', type: 'test/keep', config: {} },
  ]
  const deployment = openDeployment(specOf(nodes, ['in > keep']), host)
  await deployment.start()
  const source = testNodes.source('in')
  for (let count = 0; count < 9_999; count += 1) source.emit(at(1))
  expect(source.isPaused).toBe(false)
  source.emit(at(1))
  expect(source.isPaused).toBe(true)
  expect(deployment.counters().nodes[1]).toMatchObject({ inFlight: 10_000, isPressing: true })
  while (holds.length > 5_000) letGo(holds.pop() ?? fail())
  expect(source.isPaused).toBe(true)
  letGo(holds.pop() ?? fail())
  expect(source.isPaused).toBe(false)
})

test('a hold that is released twice is an error of the node, and settles nothing twice', async () => {
  const double = sink(
    descriptor({ ...look, type: 'test/double', kind: 'sink', outputs: [], fields: {} }),
    ({ hold, release }) => ({
      onMessage: () => {
        const held = hold()
        release(held)
        release(held)
      },
    }),
  )
  const testNodes = createTestNodes()
  const host = createManualHost({ nodeTypes: [double, ...testNodes.nodeTypes] })
  const nodes = [
    { id: 'in', type: 'test/source', config: {} },
    { id: 'double', type: 'test/double', config: {} },
  ]
  const deployment = openDeployment(specOf(nodes, ['in > double']), host)
  await deployment.start()
  const delivery = testNodes.source('in').emit(at(1), at(2))
  expect(delivery.settled).toBe(1)
  expect(deployment.counters().nodes[1]).toMatchObject({ inFlight: 0, errors: 2 })
  expect(host.entries[0]?.details).toMatchObject({ code: 'HOLD_RELEASED_TWICE' })
})

function fail(): never {
  throw new Error('There is no hold left.')
}

/** Sends messages on when told to, and lets no watermark past the earliest that it keeps. */
const keep = operator(
  descriptor({ ...look, type: 'test/keep', kind: 'operator', fields: {} }),
  ({ emit, holdTime, state }) => {
    const kept = state.map<Message>('kept')
    const tell = () => {
      holdTime(Math.min(...[...kept.entries()].map(([, { time }]) => time ?? Infinity)))
    }
    tell()
    return {
      onMessage: (message) => {
        kept.set(Number(message.payload), message)
        tell()
      },
      onAction: (_name, argument) => {
        const message = kept.get(Number(argument))
        kept.delete(Number(argument))
        if (message !== undefined) emit.out(message)
        tell()
      },
    }
  },
)

function keeping() {
  const nodes: Parameters<typeof bench>[0] = [
    ['in', 'source', timed],
    ['keep', 'keep'],
    ['listen', 'listen'],
  ]
  return bench(nodes, ['in > keep', 'keep > listen'], [keep])
}

test('no watermark goes past the time that a node holds, until it lets go', async () => {
  const { deployment, source, told } = keeping()
  await deployment.start()
  source('in').emit(at(300))
  source('in').emit(at(500))
  source('in').emit(at(900))
  expect(told()).toEqual([299])
  deployment.action('keep', 'send', 300)
  expect(told()).toEqual([299, 499])
  deployment.action('keep', 'send', 500)
  deployment.action('keep', 'send', 900)
  expect(told()).toEqual([299, 499, 899])
})

test('a node holds time again after a restart, and all of it goes on at the end', async () => {
  const first = keeping()
  await first.deployment.start()
  first.source('in').emit(at(500))
  first.source('in').emit(at(900))
  const second = keeping()
  second.deployment.restore(first.deployment.snapshot())
  await second.deployment.start()
  second.source('in').emit(at(2000))
  expect(second.told()).toEqual([499])
  second.deployment.action('keep', 'send', 500)
  expect(second.told()).toEqual([499, 899])
})

test('behind a node that holds time no other branch runs ahead when its source is idle', async () => {
  const nodes: Parameters<typeof bench>[0] = [
    ['slow', 'source', { ...timed, idleAfterMs: 1000 }],
    ['fast', 'source', timed],
    ['keep', 'keep'],
    ['listen', 'listen'],
  ]
  const wires = ['slow > keep', 'keep > listen', 'fast > listen']
  const { deployment, host, source, told } = bench(nodes, wires, [keep])
  await deployment.start()
  source('slow').emit(at(500))
  source('fast').emit(at(900))
  host.advance(2000)
  expect(told()).toEqual([499])
  deployment.action('keep', 'send', 500)
  expect(told()).toEqual([499, 899])
})

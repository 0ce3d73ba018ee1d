import type { FlowNode } from '@millrace/flow'
import type { Message, NodeType } from '@millrace/sdk'
import { operator, sink } from '@millrace/sdk'
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

const filter = operator(
  descriptor({
    ...look,
    type: 'test/filter',
    kind: 'operator',
    fields: {
      condition: { kind: 'expression', returns: 'boolean', label: 'If', required: true },
    },
  }),
  ({ config, emit }) => ({
    onMessage: (message) => {
      if (message.payload === 'bad') throw new Error('It is bad.')
      if (config.condition(message) === true) emit.out(message)
    },
  }),
)

const mutate = operator(
  descriptor({
    ...look,
    type: 'test/mutate',
    kind: 'operator',
    changesMessages: true,
    fields: {},
  }),
  ({ emit }) => ({
    onMessage: (message) => {
      // Only for this test: what a user's code may do.
      const payload = message.payload as { seen: number }
      payload.seen += 1
      emit.out(message)
    },
  }),
)

const count = operator(
  descriptor({
    ...look,
    type: 'test/count',
    kind: 'operator',
    stateful: true,
    fields: {
      step: { kind: 'integer', label: 'Step', default: 1 },
    },
  }),
  ({ state, emit, config }) => {
    const counts = state.map<number>('counts')
    return {
      onMessage: (message) => {
        const next = (counts.get(message.topic ?? '') ?? 0) + config.step
        counts.set(message.topic ?? '', next)
        emit.out({ payload: next })
      },
    }
  },
)

/** Holds each message for 100 ms, then passes it on. */
const delay = operator(
  descriptor({ ...look, type: 'test/delay', kind: 'operator', fields: {} }),
  ({ hold, resume, release, timers, emit }) => ({
    onMessage: (message) => {
      const held = hold()
      timers.after(100, () => {
        resume(held, () => emit.out(message))
        release(held)
      })
    },
  }),
)

/** Emits the watermarks that it is told. */
const listen = operator(
  descriptor({ ...look, type: 'test/listen', kind: 'operator', fields: {} }),
  ({ emit }) => ({
    onMessage: (message) => emit.out({ payload: message.payload }),
    onWatermark: (time) => emit.out({ payload: `watermark ${time}` }),
    onEnd: () => emit.out({ payload: 'end' }),
  }),
)

/** Confirms each write after 50 ms; refuses what says so. Its action lets sources go on. */
const write = sink(
  descriptor({ ...look, type: 'test/write', kind: 'sink', outputs: [], fields: {} }),
  ({ hold, release, timers, pressure }) => ({
    onMessage: (message) => {
      if (message.payload === 'press') pressure(true)
      const held = hold()
      timers.after(50, () => release(held, message.payload === 'refused' ? 'no' : undefined))
    },
    onAction: () => pressure(false),
  }),
)

const types: readonly NodeType[] = [filter, mutate, count, delay, listen, write]

function bench(nodes: readonly FlowNode[], wires: readonly string[]) {
  const testNodes = createTestNodes()
  const host = createManualHost({
    nodeTypes: [...types, ...testNodes.nodeTypes],
    startMs: 1_000_000,
  })
  const deployment = openDeployment(specOf(nodes, wires), host)
  const payloads = (node = 'sink'): unknown[] =>
    testNodes.received.filter((one) => one.node === node).map((one) => one.message.payload)
  return { host, deployment, source: testNodes.source, received: testNodes.received, payloads }
}

const node = (id: string, type: string, config: Record<string, unknown> = {}): FlowNode => ({
  id,
  type: `test/${type}`,
  config,
})

const message = (payload: unknown, more: Partial<Message> = {}): Message => ({ payload, ...more })

test('messages travel from the source through operators to the sink, and are counted', async () => {
  const { deployment, source, payloads } = bench(
    [
      node('in', 'source'),
      node('hot', 'filter', { condition: 'payload > 30' }),
      node('sink', 'sink'),
    ],
    ['in > hot', 'hot > sink'],
  )
  await deployment.start()
  source('in').emit(message(20), message(31), message(40))
  expect(payloads()).toEqual([31, 40])
  const { ports, nodes } = deployment.counters()
  expect(ports).toContainEqual({ node: 'hot', port: 'out', count: 2 })
  expect(nodes.find((one) => one.node === 'hot')).toMatchObject({ received: 3, errors: 0 })
})

test('what a node throws leaves by its error port with the reason', async () => {
  const { deployment, source, received } = bench(
    [node('in', 'source'), node('hot', 'filter', { condition: 'true' }), node('sink', 'sink')],
    ['in > hot', 'hot:error > sink'],
  )
  await deployment.start()
  source('in').emit(message('bad', { topic: 'a' }))
  expect(received[0]?.message).toMatchObject({
    payload: 'bad',
    topic: 'a',
    error: { code: 'NODE_FAILED', message: 'It is bad.', node: 'hot' },
  })
})

test('an error without a wire is counted, logged and shown, and the status comes back', async () => {
  const { deployment, source, host } = bench(
    [node('in', 'source'), node('hot', 'filter', { condition: 'true' })],
    ['in > hot'],
  )
  await deployment.start()
  for (let times = 0; times < 5; times += 1) source('in').emit(message('bad'))
  expect(deployment.counters().nodes[1]?.errors).toBe(5)
  expect(host.entries.map((entry) => [entry.node, entry.text])).toEqual([['hot', 'It is bad.']])
  expect(host.statuses).toEqual([{ node: 'hot', status: { state: 'error', text: 'It is bad.' } }])
  host.advance(10_000)
  expect(host.statuses.at(-1)?.status.state).toBe('idle')
})

test('a node that takes the place of one with errors begins without them', async () => {
  const before = [node('in', 'source'), node('hot', 'filter', { condition: 'true' })]
  const { deployment, source, host } = bench(before, ['in > hot'])
  await deployment.start()
  source('in').emit(message('bad'))
  const after = [node('in', 'source'), node('hot', 'filter', { condition: 'false' })]
  await deployment.update(specOf(after, ['in > hot']))
  expect(host.statuses.at(-1)).toEqual({ node: 'hot', status: { state: 'idle', text: '' } })
})

test('a batch settles once, when all that was held is released, with the first error', async () => {
  const { deployment, source, host } = bench(
    [node('in', 'source'), node('later', 'delay'), node('write', 'write')],
    ['in > later', 'in > write', 'later > write'],
  )
  await deployment.start()
  const good = source('in').emit(message(1), message(2))
  const bad = source('in').emit(message('refused'))
  host.advance(149)
  expect([good.settled, bad.settled]).toEqual([0, 0])
  host.advance(1)
  expect([good.settled, good.error, bad.settled, bad.error]).toEqual([1, undefined, 1, 'no'])
})

test('a node that changes messages gets its own copy only where others see the message', async () => {
  const { deployment, source, received } = bench(
    [
      node('in', 'source'),
      node('change', 'mutate'),
      node('again', 'mutate'),
      node('plain', 'sink'),
      node('sink', 'sink'),
    ],
    ['in > change', 'change > again', 'again > sink'],
  )
  await deployment.start()
  const payload = { seen: 0 }
  source('in').emit(message(payload))
  expect(received[0]?.message.payload).toBe(payload)
  const shared = bench(
    [node('in', 'source'), node('change', 'mutate'), node('plain', 'sink'), node('sink', 'sink')],
    ['in > change', 'in > plain', 'change > sink'],
  )
  await shared.deployment.start()
  shared.source('in').emit(message({ seen: 0 }))
  expect(shared.payloads('sink')).toEqual([{ seen: 1 }])
  expect(shared.payloads('plain')).toEqual([{ seen: 0 }])
})

test('a message that contains itself cannot be copied and leaves by the error port', async () => {
  const { deployment, source, received } = bench(
    [node('in', 'source'), node('change', 'mutate'), node('sink', 'sink'), node('errors', 'sink')],
    ['in > change', 'in > sink', 'change:error > errors'],
  )
  await deployment.start()
  const payload: Record<string, unknown> = {}
  payload['self'] = payload
  source('in').emit(message(payload))
  expect(received.at(0)?.message['error']).toMatchObject({
    code: 'MESSAGE_TOO_DEEP',
    node: 'change',
  })
})

const timed = { eventTime: 'payload', lateByMs: 10 }

test('watermarks follow the messages, merged by minimum', async () => {
  const { deployment, source, payloads } = bench(
    [
      node('a', 'source', timed),
      node('b', 'source', timed),
      node('pass', 'filter', { condition: 'true' }),
      node('listen', 'listen'),
      node('sink', 'sink'),
    ],
    ['a > pass', 'pass > listen', 'b > listen', 'listen > sink'],
  )
  await deployment.start()
  source('a').emit(message(100))
  source('b').emit(message(50), message(200))
  source('a').emit(message(90))
  expect(payloads()).toEqual([100, 50, 'watermark 39', 200, 'watermark 89', 90])
})

test('an idle source no longer holds time back, and one that ended neither', async () => {
  const { deployment, source, payloads, host } = bench(
    [
      node('a', 'source', { ...timed, idleAfterMs: 1000 }),
      node('b', 'source', { ...timed, idleAfterMs: 0 }),
      node('c', 'source', timed),
      node('listen', 'listen'),
      node('sink', 'sink'),
    ],
    ['a > listen', 'b > listen', 'c > listen', 'listen > sink'],
  )
  await deployment.start()
  source('b').emit(message(500))
  source('c').end()
  host.advance(1_000)
  expect(payloads()).toEqual([500])
  host.advance(200)
  expect(payloads()).toEqual([500, 'watermark 489'])
})

test('the time of arrival follows the clock while somebody listens', async () => {
  const { deployment, source, received, payloads, host } = bench(
    [node('in', 'source'), node('listen', 'listen'), node('sink', 'sink'), node('raw', 'sink')],
    ['in > listen', 'in > raw', 'listen > sink'],
  )
  await deployment.start()
  source('in').emit(message(1))
  host.advance(100)
  expect(payloads()).toEqual([1, 'watermark 999999', 'watermark 1000099'])
  expect(received.find((one) => one.node === 'raw')?.message.time).toBe(1_000_000)
})

test('held messages are not overtaken by the watermark behind them', async () => {
  const { deployment, source, payloads, host } = bench(
    [
      node('in', 'source', timed),
      node('later', 'delay'),
      node('listen', 'listen'),
      node('sink', 'sink'),
    ],
    ['in > later', 'later > listen', 'listen > sink'],
  )
  await deployment.start()
  source('in').emit(message(100))
  source('in').emit(message(200))
  host.advance(100)
  expect(payloads()).toEqual([100, 'watermark 89', 200, 'watermark 189'])
})

test('messages without a usable event time, or from the future, leave by the error port', async () => {
  const { deployment, source, received } = bench(
    [node('in', 'source', { ...timed, futureByMs: 1000 }), node('errors', 'sink')],
    ['in:error > errors'],
  )
  await deployment.start()
  source('in').emit(message('x'), message(2_000_000), message('1970-01-01T00:10:00Z'))
  const codes = received.map((one) => one.message['error'])
  expect(codes).toMatchObject([{ code: 'EVENT_TIME_MISSING' }, { code: 'EVENT_TIME_AHEAD' }])
})

test('pressure pauses exactly the sources upstream, until it is gone', async () => {
  const { deployment, source } = bench(
    [node('a', 'source'), node('b', 'source'), node('write', 'write')],
    ['a > write'],
  )
  await deployment.start()
  source('a').emit(message('press'))
  expect([source('a').isPaused, source('b').isPaused]).toEqual([true, false])
  await deployment.update(
    specOf([node('a', 'source'), node('b', 'source'), node('write', 'write')], ['b > write']),
  )
  expect([source('a').isPaused, source('b').isPaused]).toEqual([false, true])
  deployment.action('write', 'let go')
  expect(source('b').isPaused).toBe(false)
})

test('an update keeps unchanged nodes with their state and moves wires behind them', async () => {
  const before = [node('in', 'source'), node('count', 'count'), node('sink', 'sink')]
  const { deployment, source, payloads } = bench(before, ['in > count', 'count > sink'])
  await deployment.start()
  const driven = source('in')
  driven.emit(message(0), message(0))
  const report = await deployment.update(
    specOf(
      [
        node('in', 'source'),
        node('count', 'count', { step: 10 }),
        node('sink', 'sink'),
        node('more', 'sink'),
      ],
      ['in > count', 'count > sink', 'in > more'],
    ),
  )
  expect(report).toEqual({ started: ['more'], restarted: ['count'], removed: [] })
  driven.emit(message(5))
  expect(payloads()).toEqual([1, 2, 12])
  expect(payloads('more')).toEqual([5])
})

test('a refused update leaves the running flow untouched', async () => {
  const nodes = [node('in', 'source'), node('count', 'count'), node('sink', 'sink')]
  const { deployment, source, payloads } = bench(nodes, ['in > count', 'count > sink'])
  await deployment.start()
  const bad = [...nodes, node('hot', 'filter', { condition: 'payload >' })]
  await expect(deployment.update(specOf(bad, ['in > hot']))).rejects.toMatchObject({
    code: 'CONFIG_WRONG',
    node: 'hot',
    field: 'condition',
  })
  source('in').emit(message(1))
  expect(payloads()).toEqual([1])
})

test('a snapshot brings state and time back in a new deployment', async () => {
  const nodes = [
    node('in', 'source', timed),
    node('count', 'count'),
    node('listen', 'listen'),
    node('sink', 'sink'),
  ]
  const wires = ['in > count', 'in > listen', 'count > sink', 'listen > sink']
  const first = bench(nodes, wires)
  await first.deployment.start()
  first.source('in').emit(message(100), message(200))
  const second = bench(nodes, wires)
  second.deployment.restore(structuredClone(first.deployment.snapshot()))
  await second.deployment.start()
  expect(second.payloads()).toEqual(['watermark 189'])
  second.source('in').emit(message(150))
  expect(second.payloads()).toEqual(['watermark 189', 3, 150])
})

test('the end of all sources runs through the flow in order', async () => {
  const { deployment, source, payloads, host } = bench(
    [node('in', 'source'), node('later', 'delay'), node('listen', 'listen'), node('sink', 'sink')],
    ['in > later', 'later > listen', 'listen > sink'],
  )
  let hasEnded = false
  void deployment.ended.then(() => (hasEnded = true))
  await deployment.start()
  source('in').emit(message(1))
  source('in').end()
  expect(payloads()).toEqual([])
  host.advance(100)
  expect(payloads()).toEqual([1, 'end'])
  await deployment.ended
  expect(hasEnded).toBe(true)
})

test('a node that cannot start makes the start fail by name and closes the rest', async () => {
  const closed: string[] = []
  const opening = sink(
    descriptor({ ...look, type: 'test/opening', kind: 'sink', outputs: [], fields: {} }),
    ({ id }) => {
      if (id === 'bad') throw new Error('Port in use.')
      return { onMessage: () => undefined, close: () => void closed.push(id) }
    },
  )
  const host = createManualHost({ nodeTypes: [opening] })
  const deployment = openDeployment(
    specOf([node('bad', 'opening'), node('good', 'opening')], []),
    host,
  )
  await expect(deployment.start()).rejects.toMatchObject({ code: 'NODE_START_FAILED', node: 'bad' })
  expect(closed).toEqual(['good'])
  expect(host.pendingTimers).toBe(0)
})

test('stopping ends intake, waits for what is held and closes all', async () => {
  const { deployment, source, host } = bench(
    [node('in', 'source'), node('write', 'write')],
    ['in > write'],
  )
  await deployment.start()
  const driven = source('in')
  const delivery = driven.emit(message(1))
  const stopping = deployment.stop({ drainMs: 1000 })
  await turns()
  expect([driven.isStopped, delivery.settled]).toEqual([true, 0])
  host.advance(50)
  await stopping
  expect(delivery).toMatchObject({ settled: 1, error: undefined })
  expect(host.pendingTimers).toBe(0)
})

test('a tap sees what leaves a port, also after the node was restarted', async () => {
  const { deployment, source } = bench(
    [node('in', 'source'), node('count', 'count')],
    ['in > count'],
  )
  await deployment.start()
  const seen: unknown[] = []
  const end = deployment.tap('count', 'out', ({ payload }) => seen.push(payload))
  source('in').emit(message(0))
  await deployment.update(
    specOf([node('in', 'source'), node('count', 'count', { step: 5 })], ['in > count']),
  )
  source('in').emit(message(0))
  end()
  source('in').emit(message(0))
  expect(seen).toEqual([1, 6])
  expect(() => deployment.tap('count', 'nowhere', () => undefined)).toThrow('no output')
})

test('messages come through a chain that is too long for the call stack, in order', async () => {
  const chain = Array.from({ length: 9_000 }, (_, index) => `n${index}`)
  const nodes = chain.map((id) => node(id, 'filter', { condition: 'true' }))
  const all = ['in', ...chain, 'listen', 'sink']
  const { deployment, source, payloads, host } = bench(
    [node('in', 'source', timed), ...nodes, node('listen', 'listen'), node('sink', 'sink')],
    all.slice(1).map((id, index) => `${all[index]} > ${id}`),
  )
  await deployment.start()
  const delivery = source('in').emit(message(100), message(200))
  expect(delivery.settled).toBe(0)
  host.advance(0)
  expect(payloads()).toEqual([100, 'watermark 89', 200, 'watermark 189'])
  expect(delivery.settled).toBe(1)
})

test('disabled nodes drop what reaches them', async () => {
  const { deployment, source, payloads } = bench(
    [node('in', 'source'), { ...node('count', 'count'), isDisabled: true }, node('sink', 'sink')],
    ['in > count', 'count > sink'],
  )
  await deployment.start()
  source('in').emit(message(0))
  expect(payloads()).toEqual([])
})

/** Lets promises that are ready go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

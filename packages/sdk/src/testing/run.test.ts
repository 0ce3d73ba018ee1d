import { expect, test } from 'vitest'
import { describe as descriptor } from '../descriptor/index.ts'
import { NodeError } from '../error.ts'
import type { Expression } from '../message.ts'
import { operator, sink, source } from '../node-type.ts'
import { checkNodeType } from './check-node-type.ts'
import { run } from './run.ts'

const base = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'transform',
  icon: 'circle',
} as const

const pass = operator(
  descriptor({
    ...base,
    type: 'test/pass',
    kind: 'operator',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: {
      condition: { kind: 'expression', returns: 'boolean', label: 'If', required: true },
      limit: { kind: 'integer', label: 'Limit', default: 3 },
    },
  }),
  ({ config, emit, state, timers }) => {
    const counts = state.map<number>('counts')
    return {
      onMessage: (message) => {
        if (message.payload === 'bad') throw new NodeError('BAD', 'It is bad.')
        if (config.condition(message) !== true) return
        const count = (counts.get('all') ?? 0) + 1
        counts.set('all', count)
        if (count <= config.limit) emit.out(message)
        else timers.after(1000, () => emit.out({ payload: 'over' }))
      },
    }
  },
)

const isNumber: Expression<boolean> = (message) => typeof message.payload === 'number'

test('an operator emits what passes, fills defaults and keeps state across a crash', () => {
  const bench = run(pass, { condition: isNumber })
  bench.sendAll([{ payload: 1 }, { payload: 'x' }, { payload: 2 }, { payload: 3 }])
  expect(bench.emitted('out').map((message) => message.payload)).toEqual([1, 2, 3])
  bench.restore(bench.snapshot())
  bench.send({ payload: 4 })
  bench.advance(999)
  expect(bench.take()).toHaveLength(3)
  bench.advance(1)
  expect(bench.emitted()).toEqual([{ payload: 'over' }])
})

test('what a node throws is a failure with its code and the message', () => {
  const bench = run(pass, { condition: isNumber })
  bench.send({ payload: 'bad' })
  expect(bench.failures()).toEqual([
    { code: 'BAD', message: 'It is bad.', original: { payload: 'bad' } },
  ])
})

const later = sink(
  descriptor({
    ...base,
    type: 'test/later',
    kind: 'sink',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [],
    fields: {},
  }),
  ({ hold, release, timers }) => ({
    onMessage: (message) => {
      const held = hold()
      timers.after(100, () => release(held, message.payload === 1 ? undefined : 'refused'))
    },
  }),
)

test('a held message settles when it is released, with the error if there was one', () => {
  const bench = run(later)
  const good = bench.send({ payload: 1 })
  const bad = bench.sendAll([{ payload: 1 }, { payload: 2 }])
  expect([good.isSettled, bench.openHolds]).toEqual([false, 3])
  bench.advance(100)
  expect([good.isSettled, good.error, bad.error, bench.openHolds]).toEqual([
    true,
    undefined,
    'refused',
    0,
  ])
})

const ticking = source(
  descriptor({
    ...base,
    type: 'test/ticking',
    kind: 'source',
    inputs: [],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: { everyMs: { kind: 'duration', label: 'Every', default: 500 } },
  }),
  ({ config, deliver, emit, timers, status }) => ({
    start: () => {
      timers.every(config.everyMs, () => {
        deliver(
          () => emit.out({ payload: 'tick' }),
          (error) => status({ state: error === undefined ? 'ok' : 'error', text: String(error) }),
        )
      })
    },
  }),
)

test('a source is told how its deliveries went', async () => {
  const bench = run(ticking, {}, { settlesByHand: true })
  await bench.start()
  bench.advance(1000)
  expect(bench.emitted()).toHaveLength(2)
  bench.settle(0)
  bench.settle(1, 'lost')
  expect(bench.statuses().map((status) => status.state)).toEqual(['ok', 'error'])
  await bench.close()
  bench.advance(1000)
  expect(bench.emitted()).toHaveLength(2)
})

test('the check accepts good node types and names what is wrong', async () => {
  expect(await checkNodeType(ticking)).toEqual([])
  expect(await checkNodeType(pass, { condition: isNumber })).toEqual([])
  const wrong = {
    ...later,
    descriptor: {
      ...later.descriptor,
      type: 'Later',
      fields: { size: { kind: 'integer', label: 'Size', default: 5, max: 3 } },
    },
  } as const
  expect(await checkNodeType(wrong)).toEqual([
    'Type "Later" is not of the form package/name.',
    'size has a default out of its range.',
  ])
})

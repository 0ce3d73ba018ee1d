import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { crash, play } from '../testing/restarting.ts'
import type { Step } from '../testing/restarting.ts'
import { stateOperator } from './operator.ts'

const key = ({ topic }: Message) => topic ?? null
const value = ({ payload }: Message) => payload
const count = ({ state }: Message) => (typeof state === 'number' ? state : 0) + 1

function open(config: Record<string, unknown> = {}): TestRun {
  return run(stateOperator, { key, value, forgetAfterMs: 1000, ...config }, { startMs: 0 })
}

describe('state', () => {
  it('gives messages the value that was written last under their key', () => {
    const node = open({ place: 'payload.limit' })
    node.send({ topic: 'a', payload: 80 }, 'write')
    node.send({ topic: 'b', payload: 90 }, 'write')
    node.send({ topic: 'a', payload: 81 }, 'write')
    node.take()
    for (const topic of ['a', 'b', 'c']) node.send({ topic, payload: { t: 1 } }, 'read')
    expect(node.take('read')).toEqual([
      { topic: 'a', payload: { t: 1, limit: 81 } },
      { topic: 'b', payload: { t: 1, limit: 90 } },
    ])
    expect(node.take('missing')).toEqual([{ topic: 'c', payload: { t: 1 } }])
  })

  it('writes what is made of the value so far, and sends it on', () => {
    const node = open({ value: count })
    for (const topic of ['a', 'a', 'b', 'a']) node.send({ topic }, 'write')
    expect(node.take('written').map(({ topic, state }) => [topic, state])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['a', 3],
    ])
  })

  it('keeps one value for all without a key', () => {
    const node = run(stateOperator, { value })
    node.send({ topic: 'a', payload: 1 }, 'write')
    node.send({ topic: 'b' }, 'read')
    expect(node.take('read')).toMatchObject([{ topic: 'b', state: 1 }])
  })

  it('forgets a key when null is written, and when its time is over', () => {
    const node = open()
    for (const topic of ['a', 'b', 'c']) node.send({ topic, payload: 1 }, 'write')
    node.send({ topic: 'a', payload: null }, 'write')
    node.advance(600)
    node.send({ topic: 'c', payload: 2 }, 'write')
    node.advance(400)
    expect(node.snapshot()['values']).toEqual([['c', { at: 600, value: 2 }]])
  })

  it('never forgets where that is wanted', () => {
    const node = open({ forgetAfterMs: 0 })
    node.send({ topic: 'a', payload: 1 }, 'write')
    node.advance(100_000_000)
    node.send({ topic: 'a' }, 'read')
    expect(node.emitted('read')).toHaveLength(1)
  })

  it('is not changed by what others do to its messages', () => {
    const node = open()
    const payload = { list: [1] }
    node.send({ topic: 'a', payload }, 'write')
    payload.list.push(2)
    node.send({ topic: 'a' }, 'read')
    const [first] = node.take('read')
    expect(first?.['state']).toEqual({ list: [1] })
    Object.assign(first?.['state'] ?? {}, { list: [] })
    node.send({ topic: 'a' }, 'read')
    expect(node.take('read')[0]?.['state']).toEqual({ list: [1] })
  })

  it('refuses further keys and values that are too large, and keeps what it has', () => {
    const node = open({ keysMax: 1, bytesMax: 5 })
    node.send({ topic: 'a', payload: 1 }, 'write')
    node.send({ topic: 'b', payload: 1 }, 'write')
    node.send({ topic: 'a', payload: 'long text' }, 'write')
    expect(node.failures().map(({ code }) => code)).toEqual([
      'STATE_TOO_MANY_KEYS',
      'STATE_TOO_LARGE',
    ])
    expect(node.snapshot()['values']).toEqual([['a', { at: 0, value: 1 }]])
  })

  it('is what a plain map would be, over crashes', () => {
    const message = fc
      .record({
        topic: fc.constantFrom('a', 'b', 'c'),
        payload: fc.option(fc.integer(), { freq: 4 }),
      })
      .chain((one) =>
        fc.constantFrom(0, 1).map((input): Step => ({ kind: 'message', message: one, input })),
      )
    const step = fc.oneof(
      { weight: 6, arbitrary: message },
      {
        weight: 2,
        arbitrary: fc.integer({ min: 1, max: 700 }).map((ms): Step => ({ kind: 'wait', ms })),
      },
      { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const node = open()
        play(node, steps)
        expect(node.take('read').map(({ state }) => state)).toEqual(reads(steps))
      }),
    )
  })

  it('counts on after a crash', () => {
    const node = open({ value: count })
    node.send({ topic: 'a' }, 'write')
    crash(node)
    node.send({ topic: 'a' }, 'write')
    expect(node.take('written').at(-1)?.['state']).toBe(2)
  })
})

function reads(steps: readonly Step[]): readonly unknown[] {
  const values = new Map<unknown, { readonly at: number; readonly value: unknown }>()
  const found: unknown[] = []
  let now = 0
  for (const step of steps) {
    if (step.kind === 'wait') now += step.ms
    if (step.kind !== 'message') continue
    const { topic, payload } = step.message
    const known = values.get(topic)
    if (step.input !== 1) values.set(topic, { at: now, value: payload })
    else if (known !== undefined && known.value !== null && now < known.at + 1000)
      found.push(known.value)
  }
  return found
}

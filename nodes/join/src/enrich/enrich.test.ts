import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { NodeSnapshot, TestRun } from '@millrace/sdk/testing'
import { enrich } from './operator.ts'

const field = (name: string) => (message: Message) =>
  (message.payload as Record<string, unknown> | null)?.[name] ?? null

function open(config: Record<string, unknown> = {}, snapshot?: NodeSnapshot): TestRun {
  const given = { key: field('currency'), value: field('rate'), target: 'payload.rate', ...config }
  return run(enrich, given, { startMs: 0, ...(snapshot === undefined ? {} : { snapshot }) })
}

const order = (currency: unknown, amount = 1) => ({ payload: { currency, amount } })
const rate = (currency: unknown, value: unknown) => ({ payload: { currency, rate: value } })
const rates = (node: TestRun, port = 'out') => node.take(port).map(field('rate'))

describe('enrich, as of arrival', () => {
  it('adds what is known at once, and leaves the message as it is', () => {
    const node = open()
    const message = order('EUR', 2)
    node.send(rate('EUR', 114), 'table')
    node.send(message, 'in')
    node.send(rate('EUR', 116), 'table')
    node.restore(node.snapshot())
    node.send(order('EUR'), 'in')
    expect(node.emitted('out')).toEqual([
      { payload: { currency: 'EUR', amount: 2, rate: 114 } },
      { payload: { currency: 'EUR', amount: 1, rate: 116 } },
    ])
    expect(message).toEqual(order('EUR', 2))
  })

  it('passes on without a value, or sends out as missing', () => {
    for (const [onMissing, port] of [
      ['pass', 'out'],
      ['port', 'missing'],
    ] as const) {
      const node = open({ onMissing })
      for (const currency of ['EUR', null, [null]]) node.send(order(currency), 'in')
      expect(node.emitted(port)).toEqual([order('EUR'), order(null), order([null])])
      expect(node.emitted()).toHaveLength(3)
    }
  })

  it('forgets a key by a message without a value', () => {
    const node = open()
    node.send(rate('EUR', 1), 'table')
    node.send(rate('EUR', null), 'table')
    node.send(order('EUR'), 'in')
    expect(rates(node)).toEqual([null])
    expect(node.snapshot()['versions']).toEqual([])
  })

  it('lets a value count for its time, and lets go of it', () => {
    const node = open({ validForMs: 1000 })
    node.send(rate('EUR', 1), 'table')
    node.advance(1000)
    node.send(order('EUR'), 'in')
    node.advance(1)
    node.send(order('EUR'), 'in')
    node.send(rate('USD', 2), 'table')
    expect(rates(node)).toEqual([1, null])
    expect(node.snapshot()['versions']?.map(([key]) => key)).toEqual(['USD'])
  })

  it('forgets the key that was set longest ago when there are too many, over a restart', () => {
    const node = open({ keysMax: 2 })
    for (const key of ['a', 'b', 'a']) node.send(rate(key, 1), 'table')
    node.restore(node.snapshot())
    node.send(rate('c', 1), 'table')
    for (const key of ['a', 'b', 'c']) node.send(order(key), 'in')
    expect(rates(node)).toEqual([1, null, 1])
  })

  it('finds the last value although the clock was set back', () => {
    const node = open()
    node.advance(5000)
    node.send(rate('EUR', 1), 'table')
    const later = open({}, node.snapshot())
    later.send(order('EUR'), 'in')
    later.send(rate('EUR', 2), 'table')
    later.send(order('EUR'), 'in')
    expect(rates(later)).toEqual([1, 2])
  })

  it('takes messages that have no time', () => {
    const node = open({ tableKey: field('id'), value: field('v') })
    node.send({ payload: { id: 'EUR', v: 7 } }, 'table')
    node.send(order('EUR'), 'in')
    expect(rates(node)).toEqual([7])
  })
})

describe('enrich, as of event time', () => {
  const timed = (time: number, message: { payload: unknown }) => ({ ...message, time })

  it('waits for time, and adds the value that held then', () => {
    const node = open({ asOf: 'event' })
    node.send(timed(15, order('EUR')), 'in')
    node.send(timed(5, order('EUR')), 'in')
    node.send(timed(20, rate('EUR', 3)), 'table')
    node.send(timed(10, rate('EUR', 2)), 'table')
    node.send(timed(1, rate('EUR', 1)), 'table')
    node.watermark(14)
    expect(rates(node)).toEqual([1])
    node.watermark(15)
    expect(rates(node)).toEqual([2])
  })

  it('keeps only the versions that may yet be asked for', () => {
    const node = open({ asOf: 'event' })
    for (let time = 0; time < 100; time += 1) {
      node.send(timed(time, rate('EUR', time)), 'table')
      node.watermark(time - 5)
    }
    const [[, row] = []] = node.snapshot()['versions'] ?? []
    expect((row as { versions: unknown[] }).versions).toHaveLength(6)
  })

  it('sends out late messages, and lets a late value count for what comes', () => {
    const node = open({ asOf: 'event' })
    node.watermark(10)
    node.send(timed(10, order('EUR')), 'in')
    expect(node.emitted('late')).toHaveLength(1)
    node.send(timed(5, rate('EUR', 1)), 'table')
    node.send(timed(11, order('EUR')), 'in')
    node.watermark(11)
    expect(rates(node)).toEqual([1])
  })

  it('fails messages without a usable time, on both inputs', () => {
    const node = open({ asOf: 'event' })
    node.send(order('EUR'), 'in')
    node.send(rate('EUR', 1), 'table')
    expect(node.failures().map(({ code }) => code)).toEqual(['JOIN_NO_TIME', 'JOIN_NO_TIME'])
  })

  it('begins anew when the kind of time changes', () => {
    const node = open()
    node.send(rate('EUR', 1), 'table')
    const other = open({ asOf: 'event' }, node.snapshot())
    other.send(timed(1, order('EUR')), 'in')
    other.end()
    expect(rates(other)).toEqual([null])
  })
})

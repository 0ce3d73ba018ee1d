import { NodeError } from '@millrace/sdk'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { RunOptions, TestRun } from '@millrace/sdk/testing'
import { describe, expect, it } from 'vitest'
import { chat } from '../chat/sink.ts'
import type { Announcement } from './dispatch.ts'
import { dead, fakeReceiver, sent } from '../testing/fake-receiver.ts'
import type { FakeReceiver } from '../testing/fake-receiver.ts'

const startMs = Date.parse('2026-01-07T12:00:00Z')

interface Bench {
  readonly node: TestRun
  readonly receiver: FakeReceiver
  alert(change: string, key: string, more?: object): void
  wait(ms: number): Promise<void>
  /** What was told since the last look: the alerts of each message. */
  told(): readonly string[]
}

function bench(config: object = {}, options: RunOptions = {}): Bench {
  const receiver = fakeReceiver()
  const channel = { name: 'Test', send: (one: Announcement) => receiver.send(one) }
  const node = run(chat, { channel, ...config }, { startMs, ...options })
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn += 1) {
      await Promise.resolve()
      node.advance(0)
    }
  }
  return {
    node,
    receiver,
    alert: (change, key, more = {}) =>
      void node.send({ payload: { change, key, text: key, severity: 'warning', ...more }, key }),
    wait: async (ms) => {
      await settle()
      // Step by step, as answers come between.
      for (let left = ms; left > 0; left -= 500) {
        node.advance(Math.min(500, left))
        await settle()
      }
    },
    told: () =>
      receiver.announcements
        .splice(0)
        .map(({ items }) => items.map(({ change, key }) => `${change} ${key}`).join(', ')),
  }
}

describe('grouping', () => {
  it('tells the first at once and what follows together, at most every so often', async () => {
    const { alert, wait, told } = bench({ groupIntervalMs: 30_000 })
    alert('raised', 'a')
    await wait(0)
    expect(told()).toEqual(['raised a'])
    alert('raised', 'b')
    await wait(10_000)
    alert('raised', 'c')
    await wait(19_500)
    expect(told()).toEqual([])
    await wait(500)
    expect(told()).toEqual(['raised b, raised c'])
    await wait(60_000)
    alert('cleared', 'a')
    await wait(0)
    expect(told()).toEqual(['cleared a'])
  })

  it('waits for others of the same group, and keeps groups apart', async () => {
    const groupBy = ({ payload }: Message) => (payload as { line: string }).line
    const { alert, wait, told } = bench({ groupWaitMs: 5000, groupBy })
    alert('raised', 'a', { line: 'one' })
    await wait(2000)
    alert('raised', 'b', { line: 'two' })
    alert('raised', 'c', { line: 'one' })
    await wait(3000)
    expect(told()).toEqual(['raised a, raised c'])
    await wait(2000)
    expect(told()).toEqual(['raised b'])
  })

  it('tells of each alert as it stands, and not of what was over before it was told', async () => {
    const { alert, wait, told, receiver } = bench({ groupWaitMs: 5000 })
    alert('raised', 'short')
    alert('raised', 'long')
    alert('cleared', 'short')
    alert('repeated', 'long')
    await wait(5000)
    expect(receiver.announcements[0]?.passed).toBe(1)
    expect(told()).toEqual(['raised long'])
    alert('cleared', 'long')
    alert('raised', 'long')
    await wait(30_000)
    expect(told()).toEqual(['raised long'])
    alert('raised', 'long')
    alert('cleared', 'long')
    await wait(60_000)
    expect(told()).toEqual([])
  })

  it('keeps alerts of the same key apart by the node that raised them', async () => {
    const { alert, wait, told } = bench({ groupWaitMs: 1000 })
    alert('raised', 'p4', { node: 'hot' })
    alert('raised', 'p4', { node: 'shaking' })
    alert('cleared', 'p4', { node: 'hot' })
    await wait(1000)
    expect(told()).toEqual(['raised p4'])
  })

  it('tells every message that is no alert', async () => {
    const { node, wait, told } = bench({ groupWaitMs: 1000 })
    for (let n = 0; n < 3; n += 1) node.send({ payload: 'Shift ended', topic: 'line' })
    await wait(1000)
    expect(told()).toEqual(['message line, message line, message line'])
  })

  it('leaves out the end of alerts, and what is not grave enough, where that is wanted', async () => {
    const { alert, wait, told } = bench({
      tellsCleared: false,
      severityMin: 'warning',
      groupIntervalMs: 0,
    })
    alert('raised', 'a')
    alert('raised', 'b', { severity: 'info' })
    await wait(0)
    alert('cleared', 'a')
    await wait(60_000)
    expect(told()).toEqual(['raised a'])
  })
})

describe('quiet hours', () => {
  const quiet = {
    hasQuietHours: true,
    quietFrom: '12:00',
    quietTo: '12:10',
    timeZone: 'UTC',
    groupIntervalMs: 0,
  }

  it('hold back all but critical alerts until they end', async () => {
    const { node, alert, wait, told } = bench(quiet)
    alert('raised', 'a')
    alert('raised', 'grave', { severity: 'critical' })
    await wait(60_000)
    expect(told()).toEqual(['raised grave'])
    expect(node.statuses().at(-1)).toEqual({ state: 'ok', text: 'Quiet hours. 1 waits.' })
    alert('raised', 'b')
    alert('cleared', 'b')
    await wait(538_000)
    expect(told()).toEqual([])
    await wait(2000)
    expect(told()).toEqual(['raised a'])
  })
})

describe('rate limit', () => {
  it('sums up in one message what it holds back', async () => {
    const { alert, wait, told } = bench({
      groupIntervalMs: 0,
      groupBy: ({ key }: Message) => key ?? null,
      rateMessages: 2,
      ratePeriodMs: 60_000,
    })
    for (let n = 1; n <= 14; n += 1) alert('raised', `d${n}`)
    await wait(0)
    const [first, second] = told()
    expect(first).toBe('raised d1')
    expect(second?.split(', ')).toHaveLength(13)
    alert('raised', 'x')
    alert('raised', 'y')
    await wait(29_500)
    expect(told()).toEqual([])
    await wait(500)
    expect(told()).toEqual(['raised x, raised y'])
  })
})

describe('a receiver that is away', () => {
  it('gets everything in order when it is back, and is asked less and less often', async () => {
    const { node, receiver, alert, wait, told } = bench({ groupIntervalMs: 0 })
    receiver.answer = dead
    for (const key of ['a', 'b', 'c']) {
      alert('raised', key)
      await wait(1000)
      alert('cleared', key)
      await wait(1000)
    }
    await wait(600_000)
    const attempts = told().length
    expect(attempts).toBeGreaterThan(8)
    expect(attempts).toBeLessThan(40)
    expect(node.statuses().at(-1)).toEqual({ state: 'error', text: 'Nothing answers. 5 wait.' })
    expect(node.openHolds).toBe(0)
    receiver.answer = sent
    await wait(60_000)
    expect(told()).toEqual([
      'raised a',
      'cleared a',
      'raised b',
      'cleared b',
      'raised c',
      'cleared c',
    ])
    expect(node.statuses().at(-1)?.state).toBe('ok')
    expect(node.log().map(({ level }) => level)).toEqual(['warn', 'info'])
  })

  it('is left alone as long as it asks for', async () => {
    const { receiver, alert, wait, told } = bench()
    const error = new NodeError('NOTIFY_BUSY', 'Busy.')
    receiver.answer = { kind: 'later', error, afterMs: 120_000 }
    alert('raised', 'a')
    await wait(119_500)
    expect(told()).toHaveLength(1)
    await wait(500)
    expect(told()).toHaveLength(1)
  })

  it('loses nothing over a restart, and repeats under the same id', async () => {
    const first = bench({ groupWaitMs: 10_000 })
    first.receiver.answer = dead
    first.alert('raised', 'a')
    await first.wait(10_000)
    first.alert('raised', 'b')
    const id = first.receiver.announcements[0]?.id
    const snapshot = first.node.snapshot()
    const next = bench({ groupWaitMs: 10_000 }, { snapshot, startMs: startMs + 11_000 })
    await next.wait(0)
    expect(next.receiver.announcements[0]?.id).toBe(id)
    expect(next.told()).toEqual(['raised a'])
    await next.wait(40_000)
    expect(next.told()).toEqual(['raised b'])
    expect(next.node.snapshot()['waiting']).toEqual([])
    expect(next.node.snapshot()['outbox']).toEqual([])
  })

  it('slows the sources down when too much waits, and lets them go on when half of it is sent', async () => {
    const { node, receiver, alert, wait, told } = bench({ waitingMax: 4, groupIntervalMs: 0 })
    receiver.answer = dead
    for (const key of ['a', 'b', 'c', 'd']) {
      expect(node.isPressing).toBe(false)
      alert('raised', key)
      await wait(0)
    }
    expect(node.isPressing).toBe(true)
    alert('raised', 'f')
    expect(node.failures()).toEqual([])
    receiver.answer = sent
    await wait(10_000)
    expect(node.isPressing).toBe(false)
    expect(new Set(told())).toEqual(
      new Set(['raised a', 'raised b', 'raised c', 'raised d', 'raised f']),
    )
  })

  it('slows nothing down for the night', async () => {
    const quiet = { hasQuietHours: true, quietFrom: '12:00', quietTo: '13:00', timeZone: 'UTC' }
    const { node, alert, wait, told } = bench({ waitingMax: 2, ...quiet })
    for (const key of ['a', 'b', 'c', 'd', 'e']) alert('raised', key)
    await wait(1000)
    expect(node.isPressing).toBe(false)
    expect(node.failures()).toMatchObject([{ code: 'NOTIFY_FULL', original: { key: 'e' } }])
    // There is room for what is worse, and for what makes room.
    alert('raised', 'f', { severity: 'critical' })
    await wait(0)
    alert('cleared', 'a')
    alert('raised', 'g')
    await wait(1000)
    expect(told()).toEqual(['raised f'])
    expect(node.failures()).toHaveLength(1)
  })

  it('takes no more than there is room for; the rest leaves by the error port', async () => {
    const { node, receiver, alert, wait, told } = bench({
      waitingMax: 3,
      whenFull: 'error',
      groupIntervalMs: 0,
    })
    receiver.answer = dead
    for (const key of ['a', 'b', 'c', 'd']) alert('raised', key)
    expect(node.failures()).toMatchObject([{ code: 'NOTIFY_FULL', original: { key: 'd' } }])
    receiver.answer = sent
    await wait(60_000)
    expect(told().at(-1)).toBe('raised a, raised b, raised c')
  })

  it('is given up after the time that is set', async () => {
    const { node, receiver, alert, wait } = bench({ retryForMs: 20_000 })
    receiver.answer = dead
    alert('raised', 'a')
    await wait(120_000)
    expect(node.failures()).toMatchObject([{ code: 'NOTIFY_UNREACHABLE', original: { key: 'a' } }])
    expect(node.snapshot()['outbox']).toEqual([])
  })
})

describe('a message that is refused', () => {
  const refused = { kind: 'refused', error: new NodeError('NOTIFY_REFUSED', 'No.') } as const
  const tooLong = { kind: 'too-long', error: new NodeError('NOTIFY_TOO_LONG', 'Long.') } as const

  it('leaves by the error port as it came, and the next one is sent', async () => {
    const { node, receiver, alert, wait, told } = bench({ groupIntervalMs: 0 })
    receiver.answer = refused
    alert('raised', 'a')
    await wait(0)
    expect(node.failures()).toMatchObject([
      { code: 'NOTIFY_REFUSED', original: { key: 'a', payload: { change: 'raised' } } },
    ])
    receiver.answer = sent
    alert('raised', 'b')
    await wait(0)
    expect(told()).toEqual(['raised a', 'raised b'])
  })

  it('leaves by the error port too when it cannot be written at all', async () => {
    const { node, receiver, alert, wait, told } = bench({ groupIntervalMs: 0 })
    const { send } = receiver
    Object.assign(receiver, {
      send: () => {
        throw new TypeError('Converting circular structure to JSON')
      },
    })
    alert('raised', 'a')
    await wait(0)
    expect(node.failures()).toMatchObject([{ code: 'NOTIFY_UNWRITABLE' }])
    Object.assign(receiver, { send })
    alert('raised', 'b')
    await wait(0)
    expect(told()).toEqual(['raised b'])
    expect(node.openHolds).toBe(0)
  })

  it('is made shorter while it is too long', async () => {
    const { node, receiver, alert, wait } = bench()
    receiver.answer = tooLong
    alert('raised', 'a')
    await wait(0)
    await wait(2000)
    const shares = receiver.announcements.map(({ share }) => share)
    expect(shares).toEqual([1, 1 / 2, 1 / 4, 1 / 8, 1 / 16])
    expect(node.failures()).toMatchObject([{ code: 'NOTIFY_TOO_LONG' }])
  })
})

describe('the end', () => {
  it('of the input sends all that waits, and holds the flow open until it is sent', async () => {
    const { node, receiver, alert, wait, told } = bench({ groupWaitMs: 60_000 })
    alert('raised', 'a')
    receiver.answer = dead
    node.end()
    await wait(0)
    expect(told()).toEqual(['raised a'])
    expect(node.openHolds).toBe(1)
    receiver.answer = sent
    await wait(3000)
    expect(node.openHolds).toBe(0)
  })

  it('of the node leaves no hold and no timer', async () => {
    const { node, receiver, alert, wait } = bench()
    receiver.answer = undefined
    alert('raised', 'a')
    await wait(0)
    expect(node.openHolds).toBe(1)
    await node.close()
    expect([node.openHolds, node.openTimers]).toEqual([0, 0])
  })
})

import { describe, expect, it, test } from 'vitest'
import { sentIn } from './play.ts'
import type { Sent } from './play.ts'
import { scenes } from './scenes.ts'

type Name = keyof typeof scenes

function play(name: Name, durationMs: number, seed = 1): readonly Sent[] {
  const scene = scenes[name]
  return Array.from({ length: durationMs / scene.stepMs }, (_, at) =>
    sentIn(scene, seed, at),
  ).flat()
}

const values = (sent: readonly Sent[], name: string) => sent.map(({ payload }) => payload[name])
const numbers = (sent: readonly Sent[], name: string) => values(sent, name).map(Number)
const names: readonly Name[] = ['machines', 'coldChain', 'pumps', 'meters', 'web', 'payments']

test.each(names)('%s send a fair number of plain values', (name) => {
  for (const seed of [1, 2, 3]) {
    const sent = play(name, 60_000, seed)
    expect(sent.length / 60).toBeGreaterThan(2)
    expect(sent.length / 60).toBeLessThan(30)
    for (const value of sent.flatMap(({ payload }) => Object.values(payload))) {
      expect(typeof value === 'string' || Number.isFinite(value)).toBe(true)
    }
  }
})

test.each(names)('%s give the same however often they are asked', (name) => {
  expect(play(name, 20_000)).toEqual(play(name, 20_000))
})

describe('machines', () => {
  const sent = play('machines', 180_000)

  it('run hot within the first minute, and some are late', () => {
    const hot = sent.filter(({ payload }) => Number(payload['temperature']) > 80)
    expect(hot[0]?.atMs).toBeLessThan(30_000)
    const late = sent.filter(({ atMs }, at) =>
      sent.slice(0, at).some((one) => one.atMs > atMs + 600),
    )
    expect(late.length / sent.length).toBeGreaterThan(0.005)
    expect(late.length / sent.length).toBeLessThan(0.05)
  })

  it('fall silent one at a time', () => {
    const times = sent.filter(({ payload }) => payload['machine'] === silentOne(sent))
    const gaps = times.slice(1).map(({ atMs }, at) => atMs - (times[at]?.atMs ?? 0))
    expect(Math.max(...gaps)).toBeGreaterThan(20_000)
  })
})

function silentOne(sent: readonly Sent[]): string {
  const within = sent.filter(({ atMs }) => atMs > 30_000 && atMs < 50_000)
  const heard = new Set(values(within, 'machine'))
  return String(values(sent, 'machine').find((machine) => !heard.has(machine)))
}

test('trucks close the doors that they open, and one door stays open too long', () => {
  const doors = play('coldChain', 240_000).filter(({ topic }) => topic.endsWith('door'))
  const open = new Map<unknown, number>()
  let longest = 0
  for (const { payload, atMs } of doors.toSorted((one, other) => one.atMs - other.atMs)) {
    const { truck, door } = payload
    expect(open.has(truck)).toBe(door === 'closed')
    if (door === 'open') open.set(truck, atMs)
    else {
      longest = Math.max(longest, atMs - (open.get(truck) ?? 0))
      open.delete(truck)
    }
  }
  expect(longest).toBeGreaterThan(30_000)
})

test('pumps knock more often as a bearing wears out', () => {
  const sent = play('pumps', 75_000).filter(({ atMs }) => atMs >= 15_000)
  const perPump = Map.groupBy(sent, ({ payload }) => payload['pump'])
  const spread = [...perPump.values()].map((own) => {
    const vibration = numbers(own, 'vibration')
    return Math.max(...vibration) / (vibration.toSorted((one, other) => one - other)[10] ?? 1)
  })
  expect(Math.max(...spread)).toBeGreaterThan(1.5)
})

test('meters count up, but for the one that is exchanged', () => {
  const sent = play('meters', 200_000).toSorted((one, other) => one.atMs - other.atMs)
  for (const [meter, own] of Map.groupBy(sent, ({ payload }) => payload['meter'])) {
    const energy = numbers(own, 'energy')
    const falls = energy.filter((value, at) => value < (energy[at - 1] ?? 0)).length
    expect([meter, falls]).toEqual([meter, meter === 'm-202' ? 1 : 0])
    expect(Math.min(...energy)).toBeGreaterThanOrEqual(0)
  }
})

test('the shop fails now and then', () => {
  const sent = play('web', 60_000)
  const failed = sent.filter(({ payload }) => payload['status'] === 500)
  expect(failed.length).toBeGreaterThan(10)
  expect(failed.every(({ atMs }) => atMs > 20_000 && atMs < 46_000)).toBe(true)
})

test('payments hold three kinds of fraud', () => {
  const sent = play('payments', 120_000)
  const cards = Map.groupBy(sent, ({ payload }) => payload['card'])
  const isTried = [...cards.values()].some((own) => {
    const small = numbers(own, 'amount').filter((amount) => amount < 2).length
    return small >= 3 && Math.max(...numbers(own, 'amount')) > 400
  })
  const isAbroad = [...cards.values()].some((own) => new Set(values(own, 'country')).size > 1)
  expect([isTried, isAbroad]).toEqual([true, true])
  expect(Math.max(...[...cards.values()].map((own) => own.length))).toBeGreaterThan(14)
})

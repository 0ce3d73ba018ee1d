import { expect, test } from 'vitest'
import { SafePositions } from './safe-positions.ts'

function tracked(storesEpochs: boolean) {
  const told: [string, number][] = []
  const safe = new SafePositions(storesEpochs, (positions) => void told.push(...positions))
  return { safe, told }
}

test('tells what was dealt with in order, without a gap before it', () => {
  const { safe, told } = tracked(false)
  safe.begin('a/0', 10)
  const [first, second, third] = [10, 12, 15].map((from) => safe.open('a/0', from))
  second?.(15)
  expect(told).toEqual([])
  first?.(12)
  third?.(20)
  expect(told).toEqual([
    ['a/0', 15],
    ['a/0', 20],
  ])
})

test('has a batch that failed read once more, and then passes over it', () => {
  const { safe, told } = tracked(false)
  safe.begin('a/0', 10)
  const failed = safe.open('a/0', 10)
  const late = safe.open('a/0', 12)
  expect(failed(12, new Error('no'))).toBe(true)
  expect(late(14)).toBe(false)
  expect(told).toEqual([])
  expect(safe.open('a/0', 10)(12, new Error('no'))).toBe(false)
  expect(told).toEqual([['a/0', 12]])
})

test('tells what epochs stored of the partitions that are read, each position once', async () => {
  const { safe, told } = tracked(true)
  const positions = new Map([
    ['a/0', 17],
    ['a/1', 99],
  ])
  safe.begin('a/0', 10)
  safe.wasRead('a/0', 17)
  let isSafe = false
  const waiting = safe.whenSafe().then(() => (isSafe = true))
  await Promise.resolve()
  expect(isSafe).toBe(false)
  safe.stored((name) => positions.get(name))
  safe.stored((name) => positions.get(name))
  await waiting
  expect(told).toEqual([['a/0', 17]])
  safe.end()
  positions.set('a/0', 20)
  safe.stored((name) => positions.get(name))
  expect(told).toEqual([['a/0', 17]])
})

test('tells where reading began, unless the group knows: at once, or with the next epoch', () => {
  const plain = tracked(false)
  plain.safe.begin('a/0', 10, true)
  plain.safe.begin('a/1', 20, false)
  expect(plain.told).toEqual([['a/1', 20]])
  const durable = tracked(true)
  durable.safe.begin('a/0', 10, true)
  durable.safe.begin('a/1', 20, false)
  expect(durable.told).toEqual([])
  durable.safe.stored((name) => (name === 'a/0' ? 10 : 20))
  expect(durable.told).toEqual([['a/1', 20]])
})

test('goes back where a partition goes on before what was told of it', async () => {
  const { safe, told } = tracked(true)
  safe.begin('a/0', 900)
  safe.wasRead('a/0', 5)
  let isSafe = false
  const waiting = safe.whenSafe().then(() => (isSafe = true))
  await Promise.resolve()
  expect(isSafe).toBe(false)
  safe.stored(() => 5)
  await waiting
  expect(told).toEqual([['a/0', 5]])
})

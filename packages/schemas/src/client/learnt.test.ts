import { NodeError } from '@millrace/sdk'
import { manualTime } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { Learnt } from './learnt.ts'

interface Asked {
  readonly key: string
  readonly answer: (value: object) => void
  readonly refuse: (error: Error) => void
  readonly trouble: (error: NodeError) => void
}

function open({ max = 10 } = {}) {
  const { clock, advance } = manualTime()
  const asked: Asked[] = []
  const heard: string[] = []
  const learnt = new Learnt<string, object>({
    clock,
    max,
    freshForMs: 1000,
    wrongForMs: 100,
    ask: (key, trouble) =>
      new Promise((answer, refuse) => void asked.push({ key, answer, refuse, trouble })),
    problem: (key, error) => new NodeError('WRONG', `${key}: ${String(error)}`),
  })
  const find = (key: string) => learnt.find(key, onTrouble)
  const onTrouble = (error: NodeError) => void heard.push(error.message)
  return { learnt, asked, heard, find, advance }
}

test('asks once for what several want at the same time', async () => {
  const { find, asked } = open()
  const [first, second] = [find('a'), find('a')]
  expect(asked).toHaveLength(1)
  expect(second).toBe(first)
  const value = {}
  asked[0]?.answer(value)
  await first
  expect(find('a')).toBe(value)
})

test('goes on with what was good while it looks for something newer', async () => {
  const { find, asked, heard, advance } = open()
  const first = find('a')
  const value = { version: 1 }
  asked[0]?.answer(value)
  await first
  advance(1001)
  expect(find('a')).toBe(value)
  expect(find('a')).toBe(value)
  expect(asked).toHaveLength(2)
  asked[1]?.trouble(new NodeError('AWAY', 'away'))
  expect(heard).toEqual([])
  asked[1]?.answer({ version: 2 })
  await Promise.resolve()
  await Promise.resolve()
  expect(find('a')).toEqual({ version: 2 })
})

test('asks again for what was wrong, after a while', async () => {
  const { find, asked, advance } = open()
  const first = find('a')
  asked[0]?.refuse(new Error('no'))
  await first
  expect(find('a')).toMatchObject({ code: 'WRONG', message: 'a: Error: no' })
  advance(101)
  const again = find('a')
  expect(again).toBeInstanceOf(Promise)
  asked[1]?.answer({})
  await again
  expect(find('a')).toEqual({})
})

test('tells everybody who waits what is in the way, also those that come later', () => {
  const { find, learnt, asked, heard } = open()
  void find('a')
  asked[0]?.trouble(new NodeError('AWAY', 'away'))
  void find('a')
  expect(heard).toEqual(['away'])
  const others: string[] = []
  void learnt.find('a', (error) => void others.push(error.message))
  expect(others).toEqual(['away'])
  asked[0]?.trouble(new NodeError('AWAY', 'still away'))
  expect([heard.at(-1), others.at(-1)]).toEqual(['still away', 'still away'])
})

test('forgets what it learnt first when there is too much', async () => {
  const { find, asked } = open({ max: 2 })
  for (const key of ['a', 'b', 'c']) {
    const found = find(key)
    asked.at(-1)?.answer({ key })
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await found
  }
  expect([find('b'), find('c')]).toEqual([{ key: 'b' }, { key: 'c' }])
  expect(find('a')).toBeInstanceOf(Promise)
})

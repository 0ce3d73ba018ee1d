import type { DeadLetterInfo } from '@millrace/protocol'
import { expect, test } from 'vitest'
import { createLettersStore } from './dead-letters-store.ts'

function letter(number: number): DeadLetterInfo {
  const error = { code: 'FULL', message: 'It is full.' }
  return { number, node: 'n', error, failedAt: 1, attempts: 1, message: { payload: number } }
}

/** A server with letters of these numbers, two a page. */
function bench(numbers: readonly number[]) {
  let there = numbers.map(letter)
  const asked: string[] = []
  const store = createLettersStore('f', {
    deadLetters: async (_flow, before = Infinity) => ({
      letters: there.filter(({ number }) => number < before).slice(0, 2),
      kept: there.length,
      dropped: 0,
    }),
    fixLetter: async (_flow, number, message) => {
      there = there.map((one) => (one.number === number ? { ...one, fixed: message } : one))
      return { ...letter(number), fixed: message }
    },
    replayLetters: async (_flow, letters) => {
      if (letters.includes(9)) throw new Error('The flow does not run.')
      asked.push(`replay ${letters.join(' ')}`)
      there = there.filter(({ number }) => !letters.includes(number))
    },
    removeLetters: async (_flow, letters) => {
      there = there.filter(({ number }) => !letters.includes(number))
    },
  })
  const shown = () => store.store.getState().letters?.map(({ number }) => number)
  return { letters: store, asked, shown, state: () => store.store.getState() }
}

test('shows the newest, and older ones when it is asked to', async () => {
  const { letters, shown, state } = bench([5, 4, 3, 2, 1])
  await letters.load()
  expect([shown(), state().kept, state().chosen]).toEqual([[5, 4], 5, 5])
  await letters.loadMore()
  expect(shown()).toEqual([5, 4, 3, 2])
  await letters.load()
  expect(shown()).toEqual([5, 4, 3, 2])
})

test('replays what is ticked in the order in which it failed, and forgets it', async () => {
  const { letters, asked, shown, state } = bench([3, 2])
  await letters.load()
  letters.tickAll(true)
  letters.tick(7, true)
  letters.tick(7, false)
  await letters.replay([...state().ticked])
  expect(asked).toEqual(['replay 2 3'])
  expect([shown(), state().ticked.size, state().chosen]).toEqual([[], 0, undefined])
})

test('keeps what a person made of a message beside what it was', async () => {
  const { letters, state } = bench([1])
  await letters.load()
  await letters.fix(1, { payload: 'mended' })
  expect(state().letters?.[0]).toMatchObject({
    message: { payload: 1 },
    fixed: { payload: 'mended' },
  })
})

test('tells why something was refused', async () => {
  const { letters, shown, state } = bench([9])
  await letters.load()
  await letters.replay([9])
  expect([shown(), state().trouble, state().isBusy]).toEqual([[9], 'The flow does not run.', false])
})

import { NodeError } from '@millrace/sdk'
import type { Status } from '@millrace/sdk'
import { afterEach, expect, test } from 'vitest'
import { openTestRegistry, time } from '../testing/test-registry.ts'
import { SubjectEncoders } from './subject-encoders.ts'
import { TroubleBoard } from './trouble-board.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function open() {
  const { registry, close } = await openTestRegistry()
  opened.push(close)
  const statuses: Status[] = []
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const status = (one: Status) => void statuses.push(one)
  let passedMs = 0
  const clock = { ...time.clock, monotonic: () => passedMs }
  const context = { clock, goesOn: ignore, status, log }
  const board = new TroubleBoard(context)
  const config = { registry, schemaFrom: 'latest', schemaType: 'AVRO', schema: '' } as const
  const encodersOf = (part: string) =>
    new SubjectEncoders(context, { ...config, registersSchema: false }, undefined, { board, part })
  return { statuses, encodersOf, board, pass: (ms: number) => void (passedMs += ms) }
}

function ignore(): void {
  // Nobody looks at it.
}

const wrong = (what: string) => new NodeError('WRONG', `no ${what} schema`)

test('says that all is well only when no subject of any part is in trouble', async () => {
  const { statuses, encodersOf } = await open()
  const [key, value] = [encodersOf('key'), encodersOf('value')]
  await Promise.all([key.problem('k'), value.problem('s')])
  await value.problem('v')
  expect(statuses.map(({ state }) => state)).toEqual(['error', 'error'])
  expect(statuses[0]?.text).toContain('"k"')
  expect(value.problem('s')).toBe(undefined)
})

test('shows what is left when a trouble is over, and forgets what nothing needs any more', async () => {
  const { statuses, board, pass } = await open()
  board.tell('key k', wrong('key'))
  board.tell('value v', wrong('value'))
  board.tell('key k', wrong('key'))
  board.over('value v', 'Writes')
  board.over('value w', 'Writes')
  expect(statuses.map(({ text }) => text)).toEqual([
    'no key schema',
    'no value schema',
    'no key schema',
  ])
  board.over('key k', 'Writes')
  expect(statuses.at(-1)).toEqual({ state: 'ok', text: 'Writes' })
  board.tell('key k', wrong('key'))
  pass(600_001)
  board.over('value v', 'Writes again')
  expect(statuses.at(-1)).toEqual({ state: 'ok', text: 'Writes again' })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeadLetterFile } from './dead-letter-file.ts'
import { FlowLetters } from './flow-letters.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-letters-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'state', 'f.letters.sqlite')

function letter(payload: unknown) {
  const error = { code: 'FULL', message: 'It is full.' }
  return { node: 'out', input: 0, message: { payload }, error, failedAt: 5, attempts: 2 }
}

test('keeps messages as they were, bytes and all, beside what a person made of them', () => {
  const file = new DeadLetterFile(path())
  file.add([letter(new Uint8Array([1, 2])), letter({ t: 1 })])
  expect(file.fix(2, { payload: { t: 2 } })).toBe(true)
  expect(file.fix(9, {})).toBe(false)
  file.close()
  const again = new DeadLetterFile(path())
  const [newest, oldest] = again.list({ limit: 10 })
  expect(newest).toEqual({ ...letter({ t: 1 }), number: 2, fixed: { payload: { t: 2 } } })
  expect(oldest?.message).toEqual({ payload: new Uint8Array([1, 2]) })
  expect(again.list({ before: 2, limit: 10 })).toHaveLength(1)
  again.close()
})

test('lets the oldest go when there are too many, or they are too long, and counts them', () => {
  const file = new DeadLetterFile(path(), { letters: 3, bytes: 1_000 })
  file.add([1, 2, 3, 4].map(letter))
  expect(file.list({ limit: 9 }).map(({ number }) => number)).toEqual([4, 3, 2])
  file.add([letter('x'.repeat(2_000))])
  expect(file.list({ limit: 9 }).map(({ number }) => number)).toEqual([5])
  expect(file.counts()).toEqual({ kept: 1, dropped: 4 })
  file.close()
})

test('removes those that are named, or all', () => {
  const file = new DeadLetterFile(path())
  file.add([1, 2, 3].map(letter))
  expect(file.remove([1, 7])).toBe(1)
  expect(file.remove()).toBe(2)
  expect(file.counts().kept).toBe(0)
  file.close()
})

test('two may have it open: one adds while the other looks', () => {
  const [flow, server] = [new DeadLetterFile(path()), new DeadLetterFile(path())]
  flow.add([letter(1)])
  expect(server.counts().kept).toBe(1)
  server.remove([1])
  expect(flow.counts().kept).toBe(0)
  flow.close()
  server.close()
})

test('stores what fails in one turn together, and says so only then', () => {
  const turn: (() => void)[] = []
  const problems: string[] = []
  const letters = new FlowLetters({
    path: path(),
    soon: (run) => void turn.push(run),
    onProblem: (problem) => problems.push(problem),
  })
  const stored: unknown[] = []
  for (const payload of [1, 2]) letters.put(letter(payload), (error) => stored.push(error))
  expect([turn.length, stored]).toEqual([1, []])
  turn[0]?.()
  expect(stored).toEqual([undefined, undefined])
  letters.remove(1)
  letters.close()
  const file = new DeadLetterFile(path())
  expect(file.list({ limit: 9 }).map(({ number }) => number)).toEqual([2])
  file.close()
  expect(problems).toEqual([])
})

test('what cannot be stored is not said to be', () => {
  const problems: string[] = []
  const letters = new FlowLetters({
    path: join(folder, 'state'),
    soon: (run) => run(),
    onProblem: (problem) => problems.push(problem),
  })
  new DeadLetterFile(path()).close()
  const stored: unknown[] = []
  letters.put(letter(1), (error) => stored.push(error))
  expect(stored).toHaveLength(1)
  expect(stored[0]).toBeDefined()
  expect(problems[0]).toContain('cannot be stored')
})

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { EpochChanges, StateChange } from '@millrace/engine'
import { afterEach, expect, test } from 'vitest'
import { SqliteEpochStore } from './sqlite-epoch-store.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-state-'))
  folders.push(folder)
  return join(folder, 'state', 'flow.sqlite')
}

function open(path: string, problems: string[] = []): SqliteEpochStore {
  return new SqliteEpochStore({ path, now: () => 0, onUnreadable: (text) => problems.push(text) })
}

function changes(epoch: number, parts: Partial<EpochChanges>): EpochChanges {
  return { epoch, nodes: [], removed: [], state: [], held: [], released: [], ...parts }
}

function set(node: string, key: string | number, value: unknown): StateChange {
  return { node, map: 'counts', key, value }
}

test('has nothing, not even a file, before the first epoch', () => {
  const path = newPath()
  const store = open(path)
  expect(store.last()).toBe(undefined)
  expect([...store.entries('a', 'counts')]).toEqual([])
  store.close()
  expect(existsSync(path)).toBe(false)
})

test('gives back what the last epoch left, of values and keys of every kind', () => {
  const path = newPath()
  const entries: [string | number, unknown][] = [
    ['plain', { count: 3, list: [1, 'b', null], at: new Date(5), bytes: Uint8Array.of(1, 2) }],
    ['1', 'text key'],
    [1, 'number key'],
    [0.5, -0],
    [Number.NaN, Number.NaN],
    [-Infinity, null],
    ['', ''],
    ['nul\0inside', 'nul\0inside'],
    ['lone \ud800', 'lone \ud800'],
    ['map', new Map([['a', new Set([1])]])],
    ['big', 2n ** 70n],
    ['no', false],
  ]
  const store = open(path)
  const state = entries.map(([key, value]) => set('a', key, value))
  const nodes = [{ node: 'a', type: 'test/count', version: 2 }]
  store.commit(changes(1, { nodes, state: [...state, set('b', 'x', 1)] }))
  store.commit(changes(2, { state: [set('b', 'x', undefined), set('b', 'y', 2)] }))
  store.close()
  const again = open(path)
  expect(again.last()).toEqual({ epoch: 2, nodes, held: [] })
  expect(new Map(again.entries('a', 'counts'))).toEqual(new Map(entries))
  for (const [key, value] of entries) expect(again.value('a', 'counts', key)).toEqual(value)
  expect([...again.entries('b', 'counts')]).toEqual([['y', 2]])
  expect(again.maps('a')).toEqual(['counts'])
  again.close()
})

test('keeps held messages in order until they are dealt with, and forgets removed nodes', () => {
  const path = newPath()
  const store = open(path)
  const held = [3, 1, 2].map((id) => ({
    id,
    node: id === 2 ? 'b' : 'a',
    input: 1,
    message: { payload: id },
  }))
  store.commit(changes(1, { held, state: [set('a', 'k', 1), set('b', 'k', 1)] }))
  expect(store.last()?.held.map(({ id }) => id)).toEqual([1, 2, 3])
  store.commit(changes(2, { released: [1], removed: ['b'] }))
  expect(store.last()?.held).toEqual([held[0]])
  expect(store.maps('b')).toEqual([])
  store.commit(changes(3, { state: [set('b', 'new', 1)] }))
  expect([...store.entries('b', 'counts')]).toEqual([['new', 1]])
  store.close()
})

test('stores an epoch as a whole or not at all', () => {
  const path = newPath()
  const store = open(path)
  store.commit(changes(1, { state: [set('a', 'k', 1)] }))
  const bad = [set('a', 'k', 2), set('c', 'new map', 1), set('a', 'other', () => 'no data')]
  expect(() => store.commit(changes(2, { state: bad }))).toThrow('could not be cloned')
  expect(store.last()?.epoch).toBe(1)
  expect(store.value('a', 'counts', 'k')).toBe(1)
  store.commit(changes(2, { state: [set('c', 'new map', 3)] }))
  expect(store.value('c', 'counts', 'new map')).toBe(3)
  store.close()
})

test('moves a file that is no database aside, says so, and starts anew', () => {
  const path = newPath()
  open(path).commit(changes(1, { state: [set('a', 'k', 1)] }))
  writeFileSync(path, 'this is no database, '.repeat(1_000))
  rmSync(`${path}-wal`, { force: true })
  const problems: string[] = []
  const store = open(path, problems)
  expect(problems).toEqual([expect.stringContaining('was moved to')])
  expect(store.last()).toBe(undefined)
  store.commit(changes(1, { state: [set('a', 'k', 2)] }))
  store.close()
  const names = readdirSync(join(path, '..'))
  expect(names.filter((name) => name.startsWith('flow.unreadable-'))).not.toEqual([])
})

test('reports damage within the file', () => {
  const path = newPath()
  const store = open(path)
  const state = Array.from({ length: 2_000 }, (_, index) =>
    set('a', `key ${index}`, `value ${index}`),
  )
  store.commit(changes(1, { state }))
  store.close()
  const bytes = readFileSync(path)
  bytes.fill(0xa5, 3 * 4_096, 9 * 4_096)
  writeFileSync(path, bytes)
  const problems: string[] = []
  const damaged = open(path, problems)
  expect(problems).toHaveLength(1)
  damaged.close()
})

test('goes back to the last whole epoch wherever the write of the next was torn', () => {
  const path = newPath()
  const store = open(path)
  store.commit(changes(1, { state: [set('a', 'k', 1)] }))
  const whole = readFileSync(`${path}-wal`).length
  store.commit(changes(2, { state: [set('a', 'k', 2)] }))
  const wal = readFileSync(`${path}-wal`)
  for (let kept = whole; kept <= wal.length; kept += 97) {
    const copy = newPath()
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(path, copy)
    writeFileSync(`${copy}-wal`, wal.subarray(0, kept))
    const problems: string[] = []
    const torn = open(copy, problems)
    expect(problems).toEqual([])
    const epoch = torn.last()?.epoch
    expect(torn.value('a', 'counts', 'k')).toBe(epoch)
    expect(epoch === 1 || kept > whole).toBe(true)
    torn.close()
  }
  store.close()
})

test('tells again and again that it gets on while much is written and read', () => {
  let words = 0
  const options = { path: newPath(), now: () => 0, onUnreadable: () => undefined }
  const store = new SqliteEpochStore({ ...options, onProgress: () => (words += 1) })
  store.commit(
    changes(1, { state: Array.from({ length: 20_000 }, (_, key) => set('a', key, key)) }),
  )
  expect(words).toBe(4)
  expect([...store.entries('a', 'counts')]).toHaveLength(20_000)
  expect(words).toBe(8)
  store.close()
})

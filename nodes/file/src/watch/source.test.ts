import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { checkNodeType, run } from '@millrace/sdk/testing'
import type { RunOptions, TestRun } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestFolder } from '../testing/test-folder.ts'
import { nameMatcher } from './name-pattern.ts'
import { fileWatch } from './source.ts'

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
  mkdirSync(folder.at('in'))
})
afterEach(() => folder.remove())

async function watch(config: object = {}, options: RunOptions = {}): Promise<TestRun> {
  const node = run(fileWatch, { folder: 'in', ...config }, options)
  await node.start()
  return node
}

function told(node: TestRun, ms = 3000): unknown[] {
  node.advance(ms)
  return node.take('out').map(({ payload }) => (payload as { name: string }).name)
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(fileWatch, { folder: 'in' })).toEqual([])
})

test('tells of each file once it is complete, and once only', async () => {
  const node = await watch()
  folder.write('in/a.csv', 'part')
  expect(told(node, 1500)).toEqual([])
  folder.append('in/a.csv', 'more')
  expect(told(node, 2000)).toEqual([])
  folder.touch('in/a.csv', 1000)
  node.advance(4000)
  expect(node.take('out')).toEqual([
    { payload: { path: 'in/a.csv', name: 'a.csv', size: 8, modifiedAt: 1_000_000 } },
  ])
  folder.append('in/a.csv', 'changed')
  expect(told(node, 10_000)).toEqual([])
})

test('tells of changes too where it is told to', async () => {
  const node = await watch({ tells: 'changed' })
  folder.write('in/a', '1')
  expect(told(node)).toEqual(['a'])
  folder.append('in/a', '2')
  expect(told(node)).toEqual(['a'])
  expect(told(node)).toEqual([])
})

test('tells of files in the order in which they were written', async () => {
  for (const [name, seconds] of [
    ['b', 2000],
    ['c', 1000],
    ['a', 3000],
  ] as const) {
    folder.write(`in/${name}`, '')
    folder.touch(`in/${name}`, seconds)
  }
  expect(told(await watch())).toEqual(['c', 'b', 'a'])
})

test('leaves out what was there before, when it starts for the first time', async () => {
  folder.write('in/old', '')
  const node = await watch({ isExistingTold: false })
  expect(told(node)).toEqual([])
  folder.write('in/new', '')
  expect(told(node)).toEqual(['new'])
  const stored = node.snapshot()
  await node.close()
  folder.write('in/while-away', '')
  const again = await watch({ isExistingTold: false }, { snapshot: stored })
  expect(told(again)).toEqual(['while-away'])
})

test('knows what was there before from the moment that it is created', async () => {
  folder.write('in/old', '')
  const node = run(fileWatch, { folder: 'in', isExistingTold: false })
  const stored = node.snapshot()
  folder.write('in/new', '')
  const again = await watch({ isExistingTold: false }, { snapshot: stored })
  expect(told(again)).toEqual(['new'])
})

test('tells of a file again after a crash only where the epoch did not know of it', async () => {
  const node = await watch()
  folder.write('in/a', '')
  expect(told(node)).toEqual(['a'])
  node.epoch()
  const stored = node.snapshot()
  folder.write('in/b', '')
  expect(told(node)).toEqual(['b'])
  node.restore(stored)
  await node.start()
  expect(told(node)).toEqual(['b'])
})

test('tells again of a file that was removed and came again', async () => {
  const node = await watch()
  folder.write('in/a', '')
  expect(told(node)).toEqual(['a'])
  rmSync(folder.at('in/a'))
  expect(told(node)).toEqual([])
  folder.write('in/a', '')
  expect(told(node)).toEqual(['a'])
})

test('looks for names, and into folders within where it is told to', async () => {
  for (const name of ['a.csv', 'b.txt', '.c.csv', 'sub/d.csv', '.sub/e.csv', 'f.csv.part']) {
    folder.write(`in/${name}`, '')
  }
  const flat = await watch({ pattern: '*.csv, *.json' })
  expect(told(flat)).toEqual(['a.csv'])
  const deep = await watch({ pattern: '*.csv', isDeep: true })
  deep.advance(3000)
  const paths = deep.emitted('out').map(({ payload }) => (payload as { path: string }).path)
  expect(paths.toSorted()).toEqual(['in/a.csv', 'in/sub/d.csv'])
})

test.each([
  ['*.csv', 'a.csv', true],
  ['*.csv', 'a.CSV', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a+(b)[c].*', 'a+(b)[c].x', true],
  ['.*', '.hidden', true],
  ['*', '.hidden', false],
  ['', 'a', false],
  ['***a***', 'bab', true],
  ['*a*a*b', 'aaaaaaab', true],
  ['*a*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(250), false],
])('the pattern %s and the name %s: %s', (pattern, name, matches) => {
  expect(nameMatcher(pattern)(name)).toBe(matches)
})

test('passes over folders, and links to where it may not read', async () => {
  mkdirSync(folder.at('in/sub'))
  symlinkSync('/etc/hostname', folder.at('in/out'))
  folder.write('in/real', '')
  symlinkSync(folder.at('in/real'), folder.at('in/within'))
  expect(new Set(told(await watch()))).toEqual(new Set(['real', 'within']))
})

test('stops and says so where there are too many files, and where the folder is not there', async () => {
  folder.write('in/a', '')
  folder.write('in/b', '')
  const node = await watch({ filesMax: 1 })
  expect(node.statuses().at(-1)).toMatchObject({ state: 'error', text: /more than 1 files/ })
  rmSync(folder.at('in/b'))
  expect(told(node, 5000)).toEqual(['a'])
  const missing = await watch({ folder: 'none' })
  expect(missing.statuses().at(-1)).toMatchObject({ state: 'error', text: /none: it is not there/ })
  for (const place of ['..', '/etc', '../x']) {
    expect(() => run(fileWatch, { folder: place })).toThrow(/not let|leads out/)
  }
  expect(told(await watch({ folder: '.', isDeep: true }))).toEqual(['a'])
  expect(told(await watch({ folder: folder.allowed }))).toEqual([])
})

test('rests while the flow cannot keep up, and when it is stopped', async () => {
  const node = await watch()
  node.pause()
  folder.write('in/a', '')
  expect(told(node)).toEqual([])
  node.resume()
  expect(told(node)).toEqual(['a'])
  await node.stop()
  folder.write('in/b', '')
  expect(told(node)).toEqual([])
  expect(node.openTimers).toBe(0)
})

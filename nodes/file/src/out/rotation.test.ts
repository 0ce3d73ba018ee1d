import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { NodeSnapshot, RunOptions } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestFolder } from '../testing/test-folder.ts'
import { fileOut } from './sink.ts'

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
})
afterEach(() => folder.remove())

const bySize = { path: 'a.jsonl', rotate: 'size', rotateBytes: 4, rotateKeep: 3 }
const columns = [{ name: 'v', value: ({ payload }: Message) => payload }]
const noon = Date.UTC(2026, 10, 21, 12)
const hourMs = 3_600_000

function opened(config: object, options: RunOptions = {}) {
  const node = run(fileOut, config, options)
  return {
    node,
    send: (...payloads: unknown[]) => payloads.forEach((payload) => node.send({ payload })),
  }
}

const names = () => readdirSync(folder.files).toSorted()

test('renames a full file between two epochs, and keeps so many', () => {
  const { node, send } = opened(bySize)
  for (let round = 1; round <= 6; round += 1) {
    send(round, round)
    node.epoch()
  }
  expect(names()).toEqual(['a.1.jsonl', 'a.2.jsonl', 'a.3.jsonl', 'a.jsonl'])
  expect(
    ['a.jsonl', 'a.1.jsonl', 'a.2.jsonl', 'a.3.jsonl'].map((name) => folder.text(name)),
  ).toEqual(['', '6\n6\n', '5\n5\n', '4\n4\n'])
})

test('goes on in the full file while it cannot be renamed, and does not stop the flow', () => {
  // A folder cannot be removed as a file is.
  mkdirSync(folder.at('a.1.jsonl'))
  const { node, send } = opened({ ...bySize, rotateKeep: 1 })
  send(1, 2)
  node.epoch()
  expect(node.statuses().at(-1)?.state).toBe('error')
  node.advance(2000)
  expect(node.isPressing).toBe(false)
  send(3)
  expect(folder.text('a.jsonl')).toBe('1\n2\n3\n')
  rmSync(folder.at('a.1.jsonl'), { recursive: true })
  node.epoch()
  expect([folder.text('a.1.jsonl'), folder.text('a.jsonl')]).toEqual(['1\n2\n3\n', ''])
  expect(node.statuses().at(-1)?.state).toBe('ok')
})

test('names the columns in every file', () => {
  const { node, send } = opened({ ...bySize, path: 'a.csv', format: 'csv', columns })
  send(1, 2)
  node.epoch()
  send(3)
  expect([folder.text('a.1.csv'), folder.text('a.csv')]).toEqual(['v\n1\n2\n', 'v\n3\n'])
})

/** As the engine stores it when a file is about to be renamed. */
function decided(name: string): NodeSnapshot {
  const path = folder.at(name)
  const { dev, ino, size } = statSync(path, { bigint: true })
  return { positions: [[path, Number(size)]], rotation: [['full', { path, id: `${dev}:${ino}` }]] }
}

test('renames after a crash what was to be renamed, without what came after the epoch', () => {
  folder.write('a.jsonl', '"one"\n')
  const stored = decided('a.jsonl')
  folder.append('a.jsonl', '"two"\n')
  opened(bySize, { snapshot: stored }).send('two')
  expect([folder.text('a.1.jsonl'), folder.text('a.jsonl')]).toEqual(['"one"\n', '"two"\n'])
})

test('does not rename twice, and takes back what the new file got after the epoch', () => {
  folder.write('a.jsonl', '"one"\n')
  const stored = decided('a.jsonl')
  folder.rename('a.jsonl', 'a.1.jsonl')
  folder.write('a.jsonl', '"two"\n')
  opened(bySize, { snapshot: stored }).send('two')
  expect([folder.text('a.1.jsonl'), folder.text('a.jsonl')]).toEqual(['"one"\n', '"two"\n'])
})

test('goes on with a renaming that was broken off halfway', () => {
  folder.write('a.jsonl', '3\n')
  const stored = decided('a.jsonl')
  folder.write('a.1.jsonl', '2\n')
  folder.write('a.3.jsonl', '1\n')
  opened(bySize, { snapshot: stored })
  expect(['a.1.jsonl', 'a.2.jsonl', 'a.3.jsonl'].map((name) => folder.text(name))).toEqual([
    '3\n',
    '2\n',
    '1\n',
  ])
})

test('keeps what the node wrote since the last epoch when another comes in its place', async () => {
  const { node, send } = opened(bySize)
  send('full')
  node.epoch()
  send('new')
  await node.close()
  opened(bySize, { snapshot: node.snapshot() }).send('newer')
  expect(folder.text('a.jsonl')).toBe('"new"\n"newer"\n')
})

test('does not touch a file that came in the place of the full one', () => {
  const { node, send } = opened(bySize)
  send('full')
  node.epoch()
  // Stored with the epoch was that the file is about to be renamed.
  const stored = {
    ...node.snapshot(),
    rotation: [['full', { path: folder.at('a.jsonl'), id: '0:0' }]],
  }
  folder.write('a.jsonl', 'of somebody else\n')
  opened(bySize, { snapshot: stored as never }).send(1)
  expect(folder.text('a.jsonl')).toBe('of somebody else\n1\n')
})

test('forgets what was to be renamed when rotation is turned off', () => {
  folder.write('a.jsonl', '"full"\n')
  const plain = opened({ path: 'a.jsonl' }, { snapshot: decided('a.jsonl') })
  expect(plain.node.snapshot()['rotation']).toEqual([])
})

test('exchanges files where no state is stored too', () => {
  const { node, send } = opened(bySize)
  send(1, 2, 3)
  expect(names()).toEqual(['a.jsonl'])
  node.advance(60_000)
  send(4)
  expect([folder.text('a.1.jsonl'), folder.text('a.jsonl')]).toEqual(['1\n2\n3\n', '4\n'])
})

test('begins a file with each hour that the name says, and removes what it made long ago', () => {
  const config = {
    path: 'logs/%Y-%m-%d-%H.jsonl',
    rotate: 'time',
    rotateKeep: 2,
    timeZone: 'Europe/Berlin',
  }
  folder.write('logs/2020-01-01-00.jsonl', 'of somebody else\n')
  const { node, send } = opened(config, { startMs: noon })
  for (let hour = 0; hour < 5; hour += 1) {
    send(hour)
    node.epoch()
    node.advance(hourMs)
    node.epoch()
  }
  expect(readdirSync(folder.at('logs')).toSorted()).toEqual([
    '2020-01-01-00.jsonl',
    '2026-11-21-16.jsonl',
    '2026-11-21-17.jsonl',
    '2026-11-21-18.jsonl',
  ])
  expect(folder.text('logs/2026-11-21-17.jsonl')).toBe('4\n')
})

test('goes on in the file of the last epoch after a crash, though time went on', () => {
  const config = { path: '%H.jsonl', rotate: 'time' }
  const { node, send } = opened(config, { startMs: noon })
  send(1)
  node.epoch()
  const stored = node.snapshot()
  send(2)
  node.advance(hourMs)
  node.restore(stored)
  send(2)
  node.epoch()
  send(3)
  expect([folder.text('12.jsonl'), folder.text('13.jsonl')]).toEqual(['1\n2\n', '3\n'])
})

test.each([
  [{ path: 'a.jsonl', rotate: 'time' }, 'says no time: put %Y-%m-%d into it'],
  [
    { path: '%Y.jsonl', rotate: 'time', timeZone: 'Mars/Base' },
    'The time zone "Mars/Base" is not known',
  ],
  [{ path: '../%Y', rotate: 'time' }, 'leads out'],
])('refuses to begin with %j', (config, sentence) => {
  expect(() => run(fileOut, config)).toThrow(sentence)
})

test('goes on writing where a file cannot be renamed, and renames it later', () => {
  const { node, send } = opened({ ...bySize, path: 'sub/a.jsonl', rotateKeep: 1 })
  folder.write('sub/a.1.jsonl/x', '')
  send(1, 2)
  node.epoch()
  expect(node.statuses().at(-1)?.state).toBe('error')
  send(3)
  node.advance(1000)
  expect(folder.text('sub/a.jsonl')).toBe('1\n2\n3\n')
  rmSync(folder.at('sub/a.1.jsonl'), { recursive: true })
  node.epoch()
  send(4)
  expect([folder.text('sub/a.1.jsonl'), folder.text('sub/a.jsonl')]).toEqual(['1\n2\n3\n', '4\n'])
})

const step = fc.constantFrom('send', 'send', 'send', 'epoch', 'crash', 'hour')

test('has each message once in one of the files, wherever the flow is killed', () => {
  let runs = 0
  const configs = fc.constantFrom(
    { rotate: 'size', rotateBytes: 4, rotateKeep: 1000, path: 'a.jsonl' },
    { rotate: 'time', rotateKeep: 1000, path: '%m-%d-%H.jsonl' },
  )
  fc.assert(
    fc.property(configs, fc.array(step, { maxLength: 40 }), (config, steps) => {
      const sub = String((runs += 1))
      const { node } = opened({ ...config, path: join(sub, config.path) }, { startMs: noon })
      node.epoch()
      let stored = node.snapshot()
      let committed = 0
      let sent = 0
      for (const what of steps) {
        if (what === 'send') node.send({ payload: (sent += 1) })
        else if (what === 'crash') {
          node.restore(stored)
          sent = committed
        } else {
          // No hour goes by without an epoch.
          node.epoch()
          stored = node.snapshot()
          committed = sent
          if (what === 'hour') node.advance(hourMs)
        }
      }
      const files = readdirSync(folder.at(sub)).map((name) => folder.text(join(sub, name)))
      const lines = files.flatMap((text) => text.split('\n').filter((line) => line !== ''))
      const all = Array.from({ length: sent }, (_, index) => index + 1)
      expect(lines.map(Number).toSorted((one, other) => one - other)).toEqual(all)
    }),
    { numRuns: 200 },
  )
})

import { rmSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { checkNodeType, run } from '@millrace/sdk/testing'
import type { RunOptions, TestRun } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestFolder } from '../testing/test-folder.ts'
import { fileTail } from './source.ts'

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
})
afterEach(() => folder.remove())

async function tail(config: object = {}, options: RunOptions = {}): Promise<TestRun> {
  const node = run(fileTail, { path: 'a.log', begin: 'start', lingerMs: 0, ...config }, options)
  await node.start()
  node.advance(1)
  return node
}

const payloads = (node: TestRun) => node.take('out').map(({ payload }) => payload)

/** Time for whatever is there to be read. */
function look(node: TestRun): unknown[] {
  for (let polls = 0; polls < 6; polls += 1) node.advance(500)
  return payloads(node)
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(fileTail, { path: 'a.log' })).toEqual([])
})

test('reads what is there, then what is appended, each once its line has ended', async () => {
  folder.write('a.log', 'one\ntwo\nthr')
  const node = await tail()
  expect(node.take('out')).toEqual([
    { payload: 'one', file: { path: 'a.log', line: 1 } },
    { payload: 'two', file: { path: 'a.log', line: 2 } },
  ])
  folder.append('a.log', 'ee\nfour\n')
  expect(look(node)).toEqual(['three', 'four'])
  expect(look(node)).toEqual([])
  await node.close()
  expect(node.openTimers).toBe(0)
})

test('begins with what is appended, the first time', async () => {
  folder.write('a.log', 'old\nold\npart')
  const node = await tail({ begin: 'end' })
  folder.append('a.log', 'ly new\nnew\n')
  node.advance(500)
  expect(node.take('out')).toMatchObject([
    { payload: 'partly new', file: { line: 3 } },
    { payload: 'new', file: { line: 4 } },
  ])
  const stored = node.snapshot()
  await node.close()
  folder.append('a.log', 'while it was away\n')
  const again = await tail({ begin: 'end' }, { snapshot: stored })
  expect(payloads(again)).toEqual(['while it was away'])
})

test('waits for a file that is not there, and says so', async () => {
  const node = await tail({ begin: 'end' })
  expect(node.statuses().at(-1)).toMatchObject({ state: 'warning', text: /Waits for a.log/ })
  folder.write('a.log', 'first\n')
  expect(look(node)).toEqual(['first'])
  expect(node.statuses().at(-1)).toMatchObject({ state: 'ok' })
})

test('goes on after a crash from the last epoch, with nothing missing and nothing twice', async () => {
  folder.write('a.log', '1\n2\n')
  const node = await tail()
  expect(payloads(node)).toEqual(['1', '2'])
  node.epoch()
  const stored = node.snapshot()
  folder.append('a.log', '3\n4')
  expect(look(node)).toEqual(['3'])
  node.restore(stored)
  await node.start()
  folder.append('a.log', '4\n')
  expect(look(node)).toEqual(['3', '44'])
})

test('reads a file that was renamed to its end, then the new one', async () => {
  folder.write('a.log', '1\n')
  const node = await tail()
  folder.append('a.log', '2\n')
  folder.rename('a.log', 'a.log.1')
  folder.append('a.log.1', '3\nlast')
  folder.write('a.log', '4\n')
  expect(look(node)).toEqual(['1', '2', '3', 'last', '4'])
})

test('waits for the last lines of a file that was renamed', async () => {
  folder.write('a.log', '1\n')
  const node = await tail({ lingerMs: 2000 })
  folder.rename('a.log', 'a.log.1')
  folder.write('a.log', '3\n')
  node.advance(1500)
  folder.append('a.log.1', '2\n')
  node.advance(1000)
  expect(payloads(node)).toEqual(['1', '2'])
  node.advance(4000)
  expect(payloads(node)).toEqual(['3'])
})

test('finds files that were rotated while it was away, several times over', async () => {
  folder.write('a.log', '1\n2')
  const node = await tail()
  expect(payloads(node)).toEqual(['1'])
  const stored = node.snapshot()
  await node.close()
  folder.append('a.log', '2\n')
  folder.rename('a.log', 'a.log.2')
  folder.write('a.log.1', '3\n')
  folder.write('a.log', '4\n')
  folder.write('a.log.old', 'not one of them\n')
  folder.write('a.log.3', 'read long ago\n')
  folder.touch('a.log.3', 1000)
  folder.touch('a.log.2', 2000)
  folder.touch('a.log.1', 3000)
  const again = await tail({}, { snapshot: stored })
  expect([...payloads(again), ...look(again)]).toEqual(['22', '3', '4'])
})

test('knows from the moment that it is created where it begins', async () => {
  folder.write('a.log', 'old\n')
  for (const [begin, values] of [
    ['start', ['old', 'more', 'new']],
    ['end', ['more', 'new']],
  ] as const) {
    const stored = run(fileTail, { path: 'a.log', begin }).snapshot()
    folder.append('a.log', 'more\n')
    folder.rename('a.log', 'a.log.1')
    folder.write('a.log', 'new\n')
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const node = await tail({ begin }, { snapshot: stored })
    expect([...payloads(node), ...look(node)]).toEqual(values)
    folder.write('a.log', 'old\n')
  }
})

test('knows files that were rotated by a date before their ending', async () => {
  folder.write('a.log', '1\n')
  const node = await tail()
  const stored = node.snapshot()
  await node.close()
  folder.append('a.log', '2\n')
  folder.rename('a.log', 'a-2026-11-21.log')
  folder.write('a.log', '3\n')
  const again = await tail({}, { snapshot: stored })
  expect([...payloads(again), ...look(again)]).toEqual(['2', '3'])
})

test('begins again a file that was cut short, and one that was written anew', async () => {
  folder.write('a.log', 'one\ntwo\n')
  const node = await tail()
  expect(payloads(node)).toEqual(['one', 'two'])
  truncateSync(folder.at('a.log'))
  expect(look(node)).toEqual([])
  folder.append('a.log', 'x\n')
  expect(look(node)).toEqual(['x'])
  folder.write('a.log', 'longer than before, and other\n')
  expect(look(node)).toEqual(['longer than before, and other'])
  expect(node.log().map(({ text }) => text)).toContain(
    'The file was emptied or written anew, and is begun again: a.log',
  )
})

test('goes on with the open file while its name is gone', async () => {
  folder.write('a.log', '1\n')
  const node = await tail()
  folder.rename('a.log', 'elsewhere')
  folder.append('elsewhere', '2\n')
  expect(look(node)).toEqual(['1', '2'])
  folder.write('a.log', '3\n')
  expect(look(node)).toEqual(['3'])
})

test('reads rows of CSV by the columns that the first row names, also after a restart', async () => {
  folder.write('a.log', 'n,s\n1,"a\nb"\n')
  const node = await tail({ format: 'csv' })
  expect(payloads(node)).toEqual([{ n: 1, s: 'a\nb' }])
  const stored = node.snapshot()
  await node.close()
  folder.append('a.log', '2,c\n')
  const again = await tail({ format: 'csv' }, { snapshot: stored })
  expect(again.take('out')).toMatchObject([{ payload: { n: 2, s: 'c' }, file: { line: 4 } }])
  folder.rename('a.log', 'a.log.1')
  folder.write('a.log', 's,n\nd,3\n')
  expect(look(again)).toEqual([{ n: 3, s: 'd' }])
  const end = await tail({ format: 'csv', begin: 'end' })
  folder.append('a.log', 'e,4\n')
  expect(look(end)).toEqual([{ n: 4, s: 'e' }])
})

test('reads lines of JSON and points, and lets what is wrong leave by the error port', async () => {
  folder.write('a.log', '{"n":1}\n\n{"n":\n{"n":2}\n')
  const node = await tail({ format: 'ndjson' })
  expect(payloads(node)).toEqual([{ n: 1 }, { n: 2 }])
  expect(node.failures()).toMatchObject([
    {
      code: 'FORMAT_DECODE',
      message: expect.stringContaining('Line 3, column 6'),
      original: { payload: '{"n":\n', file: { path: 'a.log', line: 3 } },
    },
  ])
  const points = await tail({ format: 'line', linePrecision: 's', path: 'p' })
  folder.write('p', 'm v=1i 5\n')
  expect(look(points)).toEqual([{ measurement: 'm', tags: {}, fields: { v: 1 }, time: 5000 }])
})

test('cuts off a record that is too long, and goes on behind it', async () => {
  folder.write('a.log', `1\n${'x'.repeat(200_000)}\n2\n${'y'.repeat(100)}\n3\n`)
  const node = await tail({ recordBytesMax: 64 })
  expect([...payloads(node), ...look(node)]).toEqual(['1', '2', '3'])
  expect(node.failures().map(({ message }) => message)).toEqual([
    'Line 2: the record has more than 64 bytes.',
    'Line 4: the record has more than 64 bytes.',
  ])
})

test('stops while the flow cannot keep up, and when it is stopped', async () => {
  folder.write('a.log', '1\n')
  const node = await tail()
  node.pause()
  folder.append('a.log', '2\n')
  expect(look(node)).toEqual(['1'])
  node.resume()
  expect(look(node)).toEqual(['2'])
  await node.stop()
  folder.append('a.log', '3\n')
  expect(look(node)).toEqual([])
})

test('has so many pieces on their way and no more', async () => {
  folder.write('a.log', `${'x'.repeat(99)}\n`.repeat(30_000))
  const node = await tail({}, { settlesByHand: true })
  look(node)
  expect(node.deliveries()).toHaveLength(16)
  node.settle(0)
  look(node)
  expect(node.deliveries()).toHaveLength(17)
})

test('comes to its end with the end of the file where it does not follow', async () => {
  folder.write('a.log', '1\n2')
  const node = await tail({ follows: false })
  expect([...payloads(node), ...look(node)]).toEqual(['1', '2'])
  expect(node.hasEnded).toBe(true)
})

test('reads only where it may, and only plain files', async () => {
  const secret = join(folder.root, 'secret')
  symlinkSync(secret, folder.at('link'))
  for (const path of ['../secret', '/etc/passwd', 'link/x', 'link']) {
    expect(() => run(fileTail, { path })).toThrow(/not let|leads out/)
  }
  // A link that comes later is seen when the file is opened.
  const node = await tail()
  symlinkSync('/etc/hostname', folder.at('a.log'))
  expect(look(node)).toEqual([])
  expect(node.statuses().at(-1)).toMatchObject({ state: 'error', text: /leads out/ })
  rmSync(folder.at('a.log'))
  folder.write('a.log', '1\n')
  expect(look(node)).toEqual(['1'])
  const ofFolder = await tail({ path: 'a.log', format: 'text' })
  expect(ofFolder.statuses().at(-1)?.state).toBe('ok')
  const folderItself = await tail({ path: join(folder.allowed, '..', 'allowed', 'x') })
  expect(folderItself.statuses().at(-1)?.state).toBe('warning')
})

/** What happens to the file and to the node. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append'), count: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'look', count: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'epoch', count: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash', count: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rotate', count: 0 }) },
)

test('loses nothing and repeats nothing, whatever happens between the epochs', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const path = `${(runs += 1)}/x.log`
      folder.write(path, '')
      let node = await tail({ path })
      let written = 0
      let rotations = 0
      let stored = node.snapshot()
      const committed: unknown[] = []
      let pending: unknown[] = []
      for (const { kind, count } of steps) {
        if (kind === 'append') {
          for (let index = 0; index < count; index += 1) folder.append(path, `${(written += 1)}\n`)
        } else if (kind === 'look') pending.push(...look(node))
        else if (kind === 'epoch') {
          committed.push(...pending)
          pending = []
          stored = node.snapshot()
        } else if (kind === 'crash') {
          node = await tail({ path }, { snapshot: stored })
          pending = payloads(node)
        } else {
          rotations += 1
          folder.rename(path, `${path}.${rotations}`)
          // Files are written one after the other, but in a test within the same microsecond.
          folder.touch(`${path}.${rotations}`, 1000 + rotations)
          folder.write(path, '')
        }
      }
      for (let round = 0; round < rotations + 2; round += 1) pending.push(...look(node))
      const all = Array.from({ length: written }, (_, index) => String(index + 1))
      expect([...committed, ...pending]).toEqual(all)
      await node.close()
    }),
    { numRuns: 60 },
  )
})

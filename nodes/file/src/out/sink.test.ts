import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileOut } from './sink.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-file-'))
  process.env['MILLRACE_FILES'] = join(folder, 'files')
  process.env['MILLRACE_FILE_FOLDERS'] = join(folder, 'allowed')
})
afterEach(() => {
  delete process.env['MILLRACE_FILES']
  delete process.env['MILLRACE_FILE_FOLDERS']
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string) => join(folder, 'files', name)
const text = (name: string) => readFileSync(at(name), 'utf8')

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(fileOut, { path: 'a.jsonl' })).toEqual([])
})

test('appends payloads as lines of JSON at the end of the turn, and only then is done with them', () => {
  const node = run(fileOut, { path: 'line/4.jsonl' })
  const delivery = node.sendAll([
    { payload: { n: 1 } },
    { payload: undefined },
    { payload: 2n },
    { payload: Buffer.from('hi') },
  ])
  expect(delivery.isSettled).toBe(true)
  expect(text('line/4.jsonl')).toBe('{"n":1}\nnull\n"2"\n"aGk="\n')
  expect(node.openHolds).toBe(0)
})

test('writes whole messages, rows of CSV under their heading, and text', () => {
  const whole = run(fileOut, { path: 'whole', content: 'message' })
  whole.send({ payload: 1, topic: 'a' })
  expect(JSON.parse(text('whole'))).toMatchObject({ payload: 1, topic: 'a' })
  const columns = [
    { name: 'a;b', value: ({ payload }: Message) => payload },
    { name: 'at', value: ({ time }: Message) => time ?? null },
  ]
  const csv = run(fileOut, { path: 'rows.csv', format: 'csv', separator: ';', columns })
  for (const payload of ['x', 'say "hi"', 'two\nlines', { k: 1 }, true])
    csv.send({ payload, time: 5 })
  expect(text('rows.csv')).toBe(
    '"a;b";at\nx;5\n"say ""hi""";5\n"two\nlines";5\n"{""k"":1}";5\ntrue;5\n',
  )
  const lines = run(fileOut, {
    path: 'log',
    format: 'text',
    line: ({ topic }: Message) => `got ${topic}`,
  })
  lines.send({ topic: 'b' })
  expect(text('log')).toBe('got b\n')
})

test('writes points as line protocol, with the time of the message where they have none', () => {
  const points = run(fileOut, { path: 'points', format: 'line', linePrecision: 'ms' })
  points.send({ payload: { measurement: 'm', tags: { a: 'b' }, fields: { v: 1 } }, time: 5 })
  points.send({ payload: { measurement: 'm', fields: { v: 2 }, time: 7 } })
  points.send({ payload: 5 })
  expect(text('points')).toBe('m,a=b v=1 5\nm v=2 7\n')
  expect(points.failures()).toMatchObject([{ code: 'FORMAT_ENCODE' }])
})

test('writes a point as one line, whatever its texts are', () => {
  const points = run(fileOut, { path: 'points', format: 'line', linePrecision: 'ms' })
  const fields = { text: 'hot\nadmin v=1 1\r\n' }
  points.send({ payload: { measurement: 'm', fields }, time: 5 })
  expect(text('points')).toBe('m text="hot\\nadmin v=1 1\\r\\n" 5\n')
})

test('names the columns once, also when it goes on later', async () => {
  const columns = [{ name: 'v', value: ({ payload }: Message) => payload }]
  for (const payload of [1, 2]) {
    const node = run(fileOut, { path: 'rows', format: 'csv', columns })
    node.send({ payload })
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what is tested
    await node.close()
  }
  expect(text('rows')).toBe('v\n1\n2\n')
})

test('has each message once after a crash: cut back to the last epoch, from where all comes again', () => {
  const node = run(fileOut, { path: 'a' })
  node.send({ payload: 1 })
  node.epoch()
  const stored = node.snapshot()
  node.send({ payload: 2 })
  appendFileSync(at('a'), '{"torn')
  node.restore(stored)
  expect(text('a')).toBe('1\n')
  node.send({ payload: 2 })
  node.send({ payload: 3 })
  expect(text('a')).toBe('1\n2\n3\n')
})

test('goes on behind what was in the file before it knew of it', async () => {
  mkdirSync(join(folder, 'files'))
  appendFileSync(at('a'), 'old\n')
  const node = run(fileOut, { path: 'a' })
  node.send({ payload: 1 })
  expect(text('a')).toBe('old\n1\n')
  await node.close()
  const changed = run(fileOut, { path: 'a' }, { snapshot: node.snapshot() })
  changed.send({ payload: 2 })
  expect(text('a')).toBe('old\n1\n2\n')
})

test('begins a new file when somebody took the old one away', () => {
  const node = run(fileOut, { path: 'a' })
  node.send({ payload: 1 })
  rmSync(at('a'))
  node.send({ payload: 2 })
  expect(text('a')).toBe('2\n')
  node.epoch()
})

test('writes only where it may', () => {
  mkdirSync(join(folder, 'files'))
  mkdirSync(join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'elsewhere'), at('link'))
  symlinkSync(join(folder, 'elsewhere', 'new'), at('dangling'))
  symlinkSync(at('circle'), at('circle'))
  const allowed = join(folder, 'allowed', 'x')
  for (const path of [
    '../x',
    'link/x',
    'dangling',
    'dangling/x',
    '/etc/x',
    '.',
    join(folder, 'elsewhere', 'x'),
    `${allowed}/../../x`,
  ]) {
    expect(() => run(fileOut, { path })).toThrow(/not let|leads out/)
  }
  run(fileOut, { path: allowed }).send({ payload: 1 })
  expect(existsSync(allowed)).toBe(true)
})

test('says why it cannot begin', () => {
  mkdirSync(at('a'), { recursive: true })
  expect(() => run(fileOut, { path: 'a' })).toThrow('it is a folder')
})

test('goes on in a file that somebody emptied, under a new heading', () => {
  const columns = [{ name: 'v', value: ({ payload }: Message) => payload }]
  const node = run(fileOut, { path: 'rows', format: 'csv', columns })
  node.send({ payload: 1 })
  truncateSync(at('rows'))
  node.send({ payload: 2 })
  expect(text('rows')).toBe('v\n2\n')
  rmSync(at('rows'))
  node.send({ payload: 3 })
  expect(text('rows')).toBe('v\n3\n')
})

test('neither overwrites nor cuts away what others write to the file', () => {
  const node = run(fileOut, { path: 'a' })
  const other = run(fileOut, { path: 'a' })
  node.send({ payload: 1 })
  other.send({ payload: 'other' })
  node.send({ payload: 2 })
  expect(text('a')).toBe('1\n"other"\n2\n')
  node.epoch()
  const stored = node.snapshot()
  other.send({ payload: 'last' })
  node.restore(stored)
  expect(text('a')).toBe('1\n"other"\n2\n"last"\n')
})

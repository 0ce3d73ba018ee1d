import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestFolder } from '../testing/test-folder.ts'
import { fileRead } from './operator.ts'

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
})
afterEach(() => folder.remove())

const path = ({ payload }: { payload: unknown }) => String(payload)
const read = (config: object, ...paths: readonly string[]) => {
  const node = run(fileRead, { path, ...config })
  for (const payload of paths) node.send({ payload, topic: 't' })
  return node
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(fileRead, { path })).toEqual([])
})

test('puts a file as a whole into the message and says what file it was', () => {
  folder.write('a/b.txt', 'ü\n2\n')
  folder.touch('a/b.txt', 1000)
  expect(read({}, 'a/b.txt').emitted('out')).toEqual([
    { payload: 'ü\n2\n', topic: 't', file: { path: 'a/b.txt', size: 5, modifiedAt: 1_000_000 } },
  ])
})

test('keeps the rest of the message where it puts it elsewhere', () => {
  folder.write('x.json', '{"n":1}')
  const node = run(fileRead, { path: () => 'x.json', format: 'json', to: 'payload.found' })
  node.send({ payload: { id: 5 } })
  expect(node.emitted('out')).toMatchObject([{ payload: { id: 5, found: { n: 1 } } }])
})

test.each([
  ['text', 'a\r\n\nb', ['a', '', 'b']],
  ['csv', 'n\n1\n2\n', [{ n: 1 }, { n: 2 }]],
  ['ndjson', '1\n2', [1, 2]],
  ['json', '[1,2]', [[1, 2]]],
])('gives each line, row or value of %s', (format, text, values) => {
  folder.write('a', text)
  const all = read({ format, gives: 'each' }, 'a').emitted('out')
  expect(all.map(({ payload }) => payload)).toEqual(values)
  expect(all.map(({ file }) => (file as { number: number }).number)).toEqual(
    values.map((_, index) => index + 1),
  )
})

test('gives rows and lines as a list in one message', () => {
  folder.write('a', 'n\n1\n2\n')
  expect(read({ format: 'csv' }, 'a').emitted('out')).toMatchObject([
    { payload: [{ n: 1 }, { n: 2 }] },
  ])
})

test('unpacks, and no more than is allowed', () => {
  folder.write('a.gz', gzipSync('x'.repeat(1000)))
  const packed = { compression: 'gzip' }
  expect(read(packed, 'a.gz').emitted('out')).toMatchObject([{ payload: 'x'.repeat(1000) }])
  expect(read({ ...packed, unpackedBytesMax: 100 }, 'a.gz').failures()).toMatchObject([
    { code: 'FORMAT_LIMIT' },
  ])
})

test('says why a file cannot be read, and goes on', () => {
  folder.write('long', 'x'.repeat(20))
  folder.write('bad.json', '{\n "a"')
  folder.write('sub/x', '')
  folder.write('good', '1')
  symlinkSync('/etc/hostname', folder.at('link'))
  const config = { format: 'json', bytesMax: 10 }
  const node = read(
    config,
    'none',
    'long',
    'bad.json',
    'sub',
    '../x',
    'link',
    '/etc/hostname',
    'a\0b',
    'good',
  )
  expect(node.failures().map(({ code }) => code)).toEqual([
    'FILE_NOT_FOUND',
    'FILE_TOO_LONG',
    'FORMAT_DECODE',
    'FILE_NOT_PLAIN',
    'FILE_NOT_ALLOWED',
    'FILE_NOT_ALLOWED',
    'FILE_NOT_ALLOWED',
    'FILE_NOT_ALLOWED',
  ])
  expect(node.failures()[0]?.message).toBe('Cannot read none: it is not there.')
  expect(node.failures()[2]?.message).toContain('Line 2, column 5')
  expect(node.emitted('out')).toMatchObject([{ payload: 1 }])
})

test('reads below folders that the server allows', () => {
  folder.write('../allowed/a', 'yes')
  expect(read({}, join(folder.allowed, 'a')).emitted('out')).toMatchObject([{ payload: 'yes' }])
})

import { afterEach, expect, test } from 'vitest'
import { framed } from '../codec/frame.ts'
import { openTestRegistry } from '../testing/test-registry.ts'
import { ReadLater, SchemaReader } from './schema-reader.ts'
import type { ReadingConfig } from './schema-reader.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function open(config: Partial<ReadingConfig> = {}) {
  const test_ = await openTestRegistry()
  opened.push(() => test_.close())
  const { registry } = test_
  const given = { registry, readAs: 'written', readerSubject: '', ...config } as const
  const reader = new SchemaReader(given, () => undefined)
  /** As often as something has to be learnt first. */
  const read = async (bytes: Uint8Array, subject?: string): Promise<unknown> => {
    for (;;) {
      const found = reader.read(Buffer.from(bytes), subject)
      if (!(found instanceof ReadLater)) return found
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await found.until
    }
  }
  return { ...test_, reader, read }
}

const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'R', fields })
const n = { name: 'n', type: 'int' }

test('asks once for each number, and then reads at once', async () => {
  const { reader, read, seen } = await open()
  const bytes = framed(7, Buffer.from('{"n":1}'))
  expect(await read(bytes)).toEqual({ n: 1 })
  const { asked } = seen
  expect(reader.read(Buffer.from(bytes))).toEqual({ n: 1 })
  expect(seen.asked).toBe(asked)
})

test('reads Avro as the newest schema of the usual subject, and others as they were written', async () => {
  const { read, add } = await open({ readAs: 'latest' })
  add({ id: 20, subject: 't-value', schema: record(n) })
  add({ id: 21, subject: 't-value', schema: record({ ...n, type: 'double' }) })
  expect(await read(framed(20, Buffer.from([3])), 't-value')).toEqual({ n: -2 })
  expect(await read(framed(7, Buffer.from('{"n":1}')), 't-value')).toEqual({ n: 1 })
})

test('names both schemas where the one cannot be read as the other, and goes on', async () => {
  const { read, add } = await open({ readAs: 'latest', readerSubject: 'r' })
  add({ id: 20, subject: 'old', schema: record({ ...n, type: 'string' }) })
  add({ id: 21, subject: 'r', schema: record(n) })
  const bad = framed(20, Buffer.from([2, 97]))
  for (const _again of [1, 2])
    // oxlint-disable-next-line no-await-in-loop -- the second time it is known
    await expect(read(bad)).rejects.toMatchObject({
      code: 'SCHEMA_UNRESOLVABLE',
      message:
        'Schema 20 of "old" cannot be read as schema 21 of "r": Field n: what was written as string cannot be read as int.',
    })
  expect(await read(framed(21, Buffer.from([4])))).toEqual({ n: 2 })
})

test.each([
  ['readerSubject' as const, 'unheard-of', 'SCHEMA_MISSING', 'has no schema for "unheard-of"'],
  ['readerSubject' as const, 's', 'SCHEMA_UNRESOLVABLE', 'it is no Avro schema'],
])('says that a subject has nothing to read as: %s %s', async (field, subject, code, why) => {
  const { read, add } = await open({ readAs: 'latest', [field]: subject })
  add({ id: 20, subject: 'old', schema: record(n) })
  await expect(read(framed(20, Buffer.from([2])))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(why),
  })
})

test('names the subject in which a schema was expected that nobody knows', async () => {
  const { read } = await open()
  await expect(read(framed(99, Buffer.from([2])), 't-value')).rejects.toMatchObject({
    code: 'SCHEMA_UNKNOWN',
    message: expect.stringMatching(/^Schema 99: .* It was expected in "t-value"\.$/),
  })
})

test('reads nothing where something stands in for the registry, and says so', () => {
  const standIn = new Proxy({}, { get: () => undefined, has: () => true })
  const config = { registry: standIn, readAs: 'written', readerSubject: '' } as const
  const reader = new SchemaReader(config, () => undefined)
  expect(() => reader.read(Buffer.from(framed(7, Buffer.from('{}'))))).toThrow('not asked here')
  const none = { ...config, registry: undefined }
  expect(() => new SchemaReader(none, () => undefined)).toThrow('Choose a schema registry')
})

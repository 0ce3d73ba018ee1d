import { framed, ReadLater } from '@millrace/schemas'
import { openTestRegistry } from '@millrace/schemas/testing'
import type { TestRegistry } from '@millrace/schemas/testing'
import { completeConfig } from '@millrace/sdk/testing'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kafkaInDescriptor } from './descriptor.ts'
import { keyReader, textKey } from './key-reader.ts'
import type { MessageKey } from './key-reader.ts'

let registry: TestRegistry

beforeEach(async () => {
  registry = await openTestRegistry()
})

afterEach(() => registry.close())

async function read(bytes: Buffer | null): Promise<MessageKey> {
  const given = { keyFormat: 'registry', registry: registry.registry }
  // Completed against this descriptor's own fields; no expression of them is used here.
  const config = completeConfig(kafkaInDescriptor.fields, given, {
    expression: () => () => null,
  }) as ConfigOf<typeof kafkaInDescriptor>
  const readKey = keyReader({ config }, () => undefined)
  for (;;) {
    const found = readKey(bytes, 'orders')
    if (!(found instanceof ReadLater)) return found
    // oxlint-disable-next-line no-await-in-loop -- until it is known
    await found.until
  }
}

const avroKey = (schema: unknown, ...bytes: number[]) => {
  registry.add({ id: 20, subject: 'orders-key', schema: JSON.stringify(schema) })
  return read(Buffer.from(framed(20, Uint8Array.from(bytes))))
}

test('takes keys for text, and for base64 where they are none', () => {
  expect([textKey(Buffer.from('ü')), textKey(Buffer.from([255, 1])), textKey(null)]).toEqual([
    { key: 'ü' },
    { key: '/wE=' },
    { key: undefined },
  ])
})

test('gives texts and numbers as they are, and none where there is none', async () => {
  expect(await avroKey('long', 10)).toEqual({ key: 5 })
  expect(await read(null)).toEqual({ key: undefined })
})

test('gives a record as JSON, which is the same for the same record, and as it is', async () => {
  const fields = [
    { name: 'site', type: 'string' },
    { name: 'line', type: 'long' },
  ]
  const schema = { type: 'record', name: 'K', fields }
  expect(await avroKey(schema, 2, 97, 4)).toEqual({
    key: '{"site":"a","line":2}',
    value: { site: 'a', line: 2 },
  })
})

test('names schema and subject of a key that cannot be read', async () => {
  await expect(avroKey('string', 4, 97)).rejects.toThrow('Schema 20 of "orders-key": ')
  await expect(read(Buffer.from(framed(99, Buffer.from([0]))))).rejects.toThrow('"orders-key"')
})

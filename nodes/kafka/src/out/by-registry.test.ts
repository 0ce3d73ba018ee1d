import { openTestRegistry } from '@millrace/schemas/testing'
import type { TestRegistry } from '@millrace/schemas/testing'
import type { Message } from '@millrace/sdk'
import { manualTime } from '@millrace/sdk/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byRegistry, checkSchemas, problemOf } from './by-registry.ts'

let registry: TestRegistry

beforeEach(async () => {
  registry = await openTestRegistry()
})

afterEach(() => registry.close())

const own = { schemaFrom: 'here', schemaType: 'AVRO', schema: '"int"', registersSchema: true }
const ownKey = {
  keySchemaFrom: 'here',
  keySchemaType: 'AVRO',
  keySchema: '"int"',
  keyRegistersSchema: true,
}

function check(config: object) {
  const given = { format: 'auto', keyFormat: 'auto', subject: '', keySubject: '', ...config }
  const topic = () => 'orders'
  // What the engine hands to a check.
  return checkSchemas({ config: { registry: registry.registry, topic, ...given } } as never)
}

test('asks nothing where neither values nor keys are written by the registry', async () => {
  expect(await check({})).toEqual([])
  expect(registry.seen.asked).toBe(0)
})

test('checks values and keys, each at the field that holds the schema', async () => {
  registry.seen.incompatible = 'no'
  const both = { format: 'registry', keyFormat: 'registry', ...own, ...ownKey }
  expect(await check(both)).toMatchObject([
    {
      code: 'SCHEMA_INCOMPATIBLE',
      field: 'schema',
      message: expect.stringContaining('orders-value'),
    },
    {
      code: 'SCHEMA_INCOMPATIBLE',
      field: 'keySchema',
      message: expect.stringContaining('orders-key'),
    },
  ])
  const named = { ...both, subject: 'one', keySubject: 'two' }
  expect((await check(named)).map(({ message }) => /"(\w+)"/.exec(message)?.[1])).toEqual([
    'one',
    'two',
  ])
})

test('looks at the schema alone where the topic depends on the message', async () => {
  const topic = (message: { topic?: string }) => message.topic ?? ''
  registry.seen.incompatible = 'no'
  expect(await check({ format: 'registry', ...own, topic })).toEqual([])
  expect(await check({ format: 'registry', ...own, schema: '{', topic })).toMatchObject([
    { severity: 'error', code: 'FORMAT_SETTINGS', field: 'schema' },
  ])
  expect(registry.seen.asked).toBe(0)
})

test('asks for no schema of what a message does not have', () => {
  const asked: string[] = []
  const part = (name: 'key' | 'value', contentOf: (message: Message) => unknown) => ({
    encoders: { problem: (subject: string) => void asked.push(subject) },
    subjectOf: (topic: string) => `${topic}-${name}`,
    contentOf,
  })
  const parts = [part('value', ({ payload }) => payload), part('key', ({ key }) => key)]
  void problemOf(parts, 'a', { payload: null, key: 'deletes' })
  void problemOf(parts, 'b', { payload: 'x' })
  void problemOf(parts, 'c', { payload: 0, key: '' })
  expect(asked).toEqual(['a-key', 'b-value', 'c-value', 'c-key'])
})

test('asks nothing for a topic that there cannot be', () => {
  const given = { format: 'registry', keyFormat: 'auto', subject: '', keySubject: '', ...own }
  const topic = (message: Message) => String(message['where'])
  const ignore = () => undefined
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const { clock } = manualTime()
  const config = { registry: registry.registry, topic, ...given }
  // All that is used of a context up to there.
  const context = { config, clock, log, status: ignore, goesOn: ignore, pressure: ignore } as never
  const sink = byRegistry(context, () => ({ onMessage: ignore }))
  expect(() => sink.onMessage({ payload: 1, where: 'a b' }, 0)).toThrow('no name of a topic')
  expect(registry.seen.asked).toBe(0)
})

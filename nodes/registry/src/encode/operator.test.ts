import { run } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { schemaIdOf } from '@millrace/schemas'
import { openTestRegistry, time } from '@millrace/schemas/testing'
import { kafkaEncode } from './operator.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 })

async function open(config: object) {
  const { registry, seen, close } = await openTestRegistry()
  opened.push(close)
  const node = run(kafkaEncode, { registry, subject: 's', ...config }, { time })
  opened.push(() => node.close())
  return { node, seen }
}

test('writes the number of the newest schema and the value, where it is told to', async () => {
  const { node } = await open({ to: 'payload.raw' })
  const sent = node.send({ payload: { n: 1 }, topic: 'x' })
  await until(() => expect(sent.isSettled).toBe(true))
  const [message] = node.emitted('out')
  const raw = (message?.payload as { raw?: Uint8Array } | undefined)?.raw ?? new Uint8Array()
  expect(schemaIdOf(Buffer.from(raw))).toBe(7)
  expect(Buffer.from(raw).subarray(5).toString()).toBe('{"n":1}')
  expect(message?.topic).toBe('x')
})

test('lets a value that does not fit leave by the error port', async () => {
  const { node } = await open({})
  const sent = node.send({ payload: { m: 1 } })
  await until(() => expect(sent.isSettled).toBe(true))
  expect(node.failures()).toMatchObject([{ code: 'SCHEMA_MISFIT' }])
  expect(node.emitted('out')).toEqual([])
})

test('says on its card that the subject has no schema', async () => {
  const { node } = await open({ subject: 'unheard-of' })
  const sent = node.send({ payload: { n: 1 } })
  await until(() => expect(sent.isSettled).toBe(true))
  expect(node.failures()).toMatchObject([{ code: 'SCHEMA_MISSING' }])
  expect(node.statuses().at(-1)).toMatchObject({
    state: 'error',
    text: expect.stringContaining('"unheard-of"'),
  })
})

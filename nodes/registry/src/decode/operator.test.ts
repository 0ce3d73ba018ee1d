import { checkNodeType, run } from '@millrace/sdk/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { kafkaEncode } from '../encode/operator.ts'
import { framed } from '@millrace/schemas'
import { openTestRegistry, time } from '@millrace/schemas/testing'
import { kafkaDecode } from './operator.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 2 })

async function openRegistry() {
  const { close, ...opened_ } = await openTestRegistry()
  opened.push(close)
  return opened_
}

const bytesOf = (value: unknown, id = 7) => framed(id, Buffer.from(JSON.stringify(value)))

test('hold to the contract of nodes', async () => {
  const { registry } = await openRegistry()
  expect(await checkNodeType(kafkaDecode, { registry })).toEqual([])
  expect(await checkNodeType(kafkaEncode, { registry, subject: 's' })).toEqual([])
})

test('reads what the other wrote, and keeps the rest of the message', async () => {
  const { registry, seen } = await openRegistry()
  const writer = run(kafkaEncode, { registry, subject: 's' }, { time })
  const reader = run(kafkaDecode, { registry }, { time })
  opened.push(() => Promise.all([writer.close(), reader.close()]))
  writer.sendAll([1, 2, 3].map((n) => ({ payload: { n }, topic: `t${n}`, time: n })))
  await until(() => expect(writer.emitted('out')).toHaveLength(3))
  reader.sendAll(writer.emitted('out'))
  await until(() => expect(reader.emitted('out')).toHaveLength(3))
  expect(reader.emitted('out')).toEqual(
    [1, 2, 3].map((n) => ({ payload: { n }, topic: `t${n}`, time: n })),
  )
  expect([writer.openHolds, reader.openHolds]).toEqual([0, 0])
  // For the newest of the subject; for the schema by its number, and whose it is.
  expect(seen.asked).toBe(3)
})

test('keeps messages in their order while the registry is away, and says so', async () => {
  const { registry, seen } = await openRegistry()
  seen.isAway = true
  const reader = run(kafkaDecode, { registry }, { time })
  opened.push(() => reader.close())
  reader.sendAll([1, 2, 3].map((n) => ({ payload: bytesOf({ n }) })))
  await until(() => expect(reader.statuses().at(-1)?.state).toBe('error'))
  expect(reader.openHolds).toBe(3)
  seen.isAway = false
  await until(() => expect(reader.emitted('out')).toHaveLength(3))
  expect(reader.emitted('out').map(({ payload }) => payload)).toEqual([1, 2, 3].map((n) => ({ n })))
  expect(reader.openHolds).toBe(0)
  expect(reader.statuses().at(-1)?.state).toBe('ok')
})

test('lets what cannot be read leave by the error port, and goes on with the next', async () => {
  const { registry } = await openRegistry()
  const reader = run(kafkaDecode, { registry }, { time })
  opened.push(() => reader.close())
  const wrong = [
    bytesOf({ n: 1 }, 8),
    Buffer.from([0, 0]),
    Buffer.from('{"n":1}'),
    'text',
    bytesOf({ m: 1 }),
  ]
  for (const payload of [...wrong, bytesOf({ n: 2 })]) {
    const sent = reader.send({ payload })
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await until(() => expect(sent.isSettled).toBe(true))
  }
  expect(reader.emitted('out').map(({ payload }) => payload)).toEqual([{ n: 2 }])
  expect(reader.failures()).toMatchObject([
    { code: 'SCHEMA_UNKNOWN' },
    { code: 'SCHEMA_FRAME_TRUNCATED' },
    { code: 'SCHEMA_NOT_NAMED' },
    { code: 'SCHEMA_NO_BYTES' },
    { code: 'SCHEMA_MISFIT' },
  ])
})

import { testIntake } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { InboundBatch } from '../link/inbound-batch.ts'
import type { Arrival } from '../link/inbound-batch.ts'
import type { PublishProperties } from '../wire/publish-properties.ts'
import { DurableIntake } from './durable-intake.ts'

interface Sent {
  readonly topic?: string
  readonly payload: string
  readonly id: number
  readonly isRepeated?: boolean
  readonly properties?: PublishProperties
}

function arrivalOf({ topic = 'a', payload, id, isRepeated = false, properties }: Sent): Arrival {
  const bytes = Buffer.from(`<${payload}>`)
  const qos = id === 0 ? 0 : 1
  const place = { bytes, start: 1, end: bytes.length - 1 }
  return { topic, ...place, qos, isRetained: false, properties, packetId: id, isRepeated }
}

function open(log = testIntake()) {
  const emitted: unknown[] = []
  const acknowledged: string[] = []
  const emit = ({ topic, bytes, start, end, qos, properties }: Arrival): void => {
    const payload = bytes.toString('utf8', start, end)
    emitted.push(properties === undefined ? `${topic} ${payload} ${qos}` : { payload, properties })
  }
  const intake = log.intakeOf((task) => task())
  const taking = new DurableIntake(intake, emit)
  const take = (name: string, ...messages: readonly Sent[]): void => {
    const batch = new InboundBatch()
    for (const message of messages) batch.add(arrivalOf(message))
    taking.take(batch, () => acknowledged.push(name))
  }
  return { ...log, taking, take, emitted, acknowledged }
}

test('emits at once, and acknowledges when the log has it on disk', () => {
  const { take, emitted, acknowledged, sync } = open()
  take('one', { payload: '1', id: 7 }, { payload: 'q0', id: 0 })
  expect([emitted, acknowledged]).toEqual([['a 1 1', 'a q0 0'], []])
  sync()
  expect(acknowledged).toEqual(['one'])
})

test('makes the same messages again from what it wrote', () => {
  const first = open()
  const properties = {
    contentType: 'text/plain',
    correlationData: Uint8Array.of(1, 2),
    userProperties: { a: ['1', '2'] },
  }
  first.take('one', { topic: 'plant/ä', payload: '{"ü":1}', id: 65_535 }, { payload: '', id: 2 })
  first.take('two', { payload: 'x', id: 3, properties })
  const again = open(testIntake(first.records))
  again.replay(0)
  expect(again.emitted).toEqual(first.emitted)
  expect(again.emitted.at(-1)).toMatchObject({ properties })
})

test('acknowledges what the broker repeats and takes it once, within a run and after a crash', () => {
  const first = open()
  first.take('one', { payload: '1', id: 7 }, { payload: '2', id: 8 })
  first.take('again', { payload: '1', id: 7, isRepeated: true })
  expect(first.acknowledged).toEqual([])
  first.sync()
  expect(first.acknowledged).toEqual(['one', 'again'])
  const second = open(testIntake(first.records))
  second.take(
    'after',
    { payload: '2', id: 8, isRepeated: true },
    { payload: '3', id: 9, isRepeated: true },
  )
  expect(second.emitted).toEqual(['a 3 1'])
  second.sync()
  second.take('last', { payload: '1', id: 7, isRepeated: true })
  expect(second.acknowledged).toEqual(['after', 'last'])
  expect(second.records).toHaveLength(2)
})

test('takes a message with a known id that is not repeated, or is another', () => {
  const { take, emitted } = open()
  take('one', { payload: '1', id: 7 })
  take('two', { payload: '1', id: 7 })
  take('three', { payload: 'other', id: 7, isRepeated: true })
  take('four', { topic: 'b', payload: 'other', id: 7, isRepeated: true })
  expect(emitted).toEqual(['a 1 1', 'a 1 1', 'a other 1', 'b other 1'])
})

test('knows nothing of another session, also after a crash', () => {
  const first = open()
  first.take('one', { payload: '1', id: 7 })
  first.taking.onNewSession()
  first.take('two', { payload: '1', id: 7, isRepeated: true })
  first.take('three', { payload: 'x', id: 8 })
  expect(first.emitted).toHaveLength(3)
  first.taking.onNewSession()
  first.take('four', { payload: 'y', id: 9 })
  const second = open(testIntake(first.records))
  second.take(
    'five',
    { payload: 'x', id: 8, isRepeated: true },
    { payload: 'y', id: 9, isRepeated: true },
  )
  expect(second.emitted).toEqual(['a x 1'])
})

test('remembers many records of before a crash, of which it reads no more than it needs', () => {
  const first = open()
  for (let id = 1; id <= 1_000; id += 1) first.take('new', { payload: `${id}`, id })
  const second = open(testIntake(first.records))
  for (let id = 1; id <= 1_000; id += 1) {
    second.take('again', { payload: `${id}`, id, isRepeated: true })
  }
  expect(second.emitted).toEqual([])
})

test('takes what never arrived, though all packet ids were used for the same content before', () => {
  const first = open()
  const ids = Array.from({ length: 65_535 }, (_, index) => index + 1)
  for (let at = 0; at < ids.length; at += 1_000) {
    first.take('new', ...ids.slice(at, at + 1_000).map((id) => ({ payload: 'on', id })))
  }
  first.sync()
  const lost = { payload: 'on', id: 1, isRepeated: true }
  first.take('lost with the connection', lost)
  expect(first.emitted).toHaveLength(65_536)
  const second = open(testIntake(first.records))
  second.take('lost with the crash', { ...lost, id: 2 })
  expect(second.emitted).toHaveLength(1)
})

test('refuses a record that another version wrote', () => {
  const { replay } = open(testIntake())
  expect(replay(0)).toBe(undefined)
  expect(() => open(testIntake([Uint8Array.of(9, 0, 0, 0, 0)]))).toThrow('another version')
})

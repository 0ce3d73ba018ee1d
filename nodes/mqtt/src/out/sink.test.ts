import { gunzipSync } from 'node:zlib'
import { NodeError } from '@millrace/sdk'
import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { fakeBroker } from '../link/testing/fake-broker.ts'
import { mqttOut } from './sink.ts'

function bench(config: object = {}) {
  const broker = fakeBroker()
  return { broker, node: run(mqttOut, { broker, ...config }) }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(mqttOut, { broker: fakeBroker() })).toEqual([])
})

test.each([
  ['text', 'on', 'on'],
  ['an object', { n: 1 }, '{"n":1}'],
  ['a number', 21.5, '21.5'],
  ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ['nothing', null, ''],
  ['what cannot be JSON', () => 1, ''],
])('publishes %s', (_what, payload, sent) => {
  const { broker, node } = bench({ retain: true })
  const delivery = node.send({ topic: 'a', payload })
  expect(broker.published).toEqual([{ topic: 'a', payload: sent, qos: 0, retain: true }])
  expect(delivery.isSettled).toBe(true)
})

test('takes topic and payload from what the node says', () => {
  const { broker, node } = bench({
    topic: ({ key }: { key: string }) => `plant/${key}`,
    payload: ({ payload }: { payload: { value: number } }) => payload.value,
  })
  node.send({ topic: 'ignored', key: 'x', payload: { value: 5 } })
  expect(broker.published).toMatchObject([{ topic: 'plant/x', payload: '5' }])
})

test.each([
  ['has no topic', {}, 'MQTT_NO_TOPIC'],
  ['has an empty topic', { topic: '' }, 'MQTT_BAD_TOPIC'],
  ['has a wildcard in its topic', { topic: 'a/#' }, 'MQTT_BAD_TOPIC'],
])('fails a message that %s', (_what, message, code) => {
  const { broker, node } = bench()
  node.send(message)
  expect(node.failures()).toMatchObject([{ code }])
  expect(broker.published).toEqual([])
})

test('keeps a message open until the broker has confirmed it', () => {
  const { broker, node } = bench({ qos: '1' })
  const delivery = node.send({ topic: 'a', payload: 1 })
  expect([broker.published.length, delivery.isSettled]).toEqual([0, false])
  broker.waiting[0]?.done()
  expect([delivery.isSettled, delivery.error]).toEqual([true, undefined])
})

test('lets a message leave by the error port when the broker refuses it', () => {
  const { broker, node } = bench({ qos: '1' })
  const delivery = node.send({ topic: 'a', payload: 1 })
  const error = new NodeError('MQTT_PUBLISH_REFUSED', 'No.')
  broker.waiting[0]?.done(error)
  expect(node.failures()).toMatchObject([
    { code: 'MQTT_PUBLISH_REFUSED', original: { payload: 1 } },
  ])
  expect(delivery.error).toBe(error)
})

test('keeps QoS 0 open too while the broker is away, and fails what finds no room', () => {
  const { broker, node } = bench()
  broker.isOnline = false
  const kept = node.send({ topic: 'a', payload: 1 })
  expect(kept.isSettled).toBe(false)
  broker.refuse(new NodeError('MQTT_BUFFER_FULL', 'Full.'))
  node.send({ topic: 'a', payload: 2 })
  expect(node.failures()).toMatchObject([{ code: 'MQTT_BUFFER_FULL', original: { payload: 2 } }])
  expect(node.openHolds).toBe(1)
  broker.waiting[0]?.done()
  expect(node.openHolds).toBe(0)
})

test('passes on how the broker stands, until it is closed', async () => {
  const { broker, node } = bench()
  broker.status({ state: 'error', text: 'gone' })
  broker.press(true)
  expect([node.statuses(), node.isPressing]).toEqual([[{ state: 'error', text: 'gone' }], true])
  broker.press(false)
  expect(node.isPressing).toBe(false)
  await node.close()
  broker.status({ state: 'ok', text: 'back' })
  expect(node.statuses()).toHaveLength(1)
})

test('publishes in the format that it is told', () => {
  const csv = bench({ format: 'csv', csvHeader: false })
  csv.node.send({ topic: 'a', payload: [{ n: 1 }, { n: 2 }] })
  expect(csv.broker.published).toMatchObject([{ payload: '1\n2\n' }])
  const packed = bench({ format: 'text', compression: 'gzip' })
  packed.node.send({ topic: 'a', payload: 'on' })
  expect(gunzipSync(packed.broker.published[0]?.payload ?? '').toString()).toBe('on')
  const avro = bench({ format: 'avro', avroSchema: '"int"' })
  avro.node.send({ topic: 'a', payload: 5 })
  avro.node.send({ topic: 'a', payload: 'five' })
  expect(avro.broker.published).toMatchObject([{ payload: Uint8Array.of(10) }])
  expect(avro.node.failures()).toMatchObject([
    { code: 'FORMAT_ENCODE', message: 'The value is "five", and has to be an int.' },
  ])
})

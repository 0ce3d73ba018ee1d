import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { fakeBroker } from '../link/testing/fake-broker.ts'
import { mqttIn } from './source.ts'

async function bench(config: object = {}) {
  const broker = fakeBroker()
  const node = run(mqttIn, { broker, topic: 'a', ...config })
  await node.start()
  return { broker, node }
}

test('holds to the contract of a node', async () => {
  expect(await checkNodeType(mqttIn, { broker: fakeBroker(), topic: 'a' })).toEqual([])
})

test('subscribes to all its topics, each once', async () => {
  const moreTopics = [{ topic: ' b/# ' }, { topic: 'a' }, { topic: '' }]
  const { broker } = await bench({ qos: '2', moreTopics })
  expect(broker.subscriptions[0]?.wants).toMatchObject({ filters: ['a', 'b/#'], qos: 2 })
})

test('makes a message of each that came, and one batch of all that came together', async () => {
  const { broker, node } = await bench()
  expect(await broker.deliver(['a', '{"n":1}'], ['a', 'on'])).toBe(undefined)
  expect(node.emitted('out')).toEqual([
    { payload: { n: 1 }, topic: 'a', qos: 1, retain: false },
    { payload: 'on', topic: 'a', qos: 1, retain: false },
  ])
  expect(node.deliveries()).toHaveLength(1)
})

test('lets what is not JSON leave by the error port with its bytes, and goes on', async () => {
  const { broker, node } = await bench({ format: 'json' })
  await broker.deliver(['a', '{'], ['a', '1'])
  expect(node.failures()).toMatchObject([
    { code: 'MQTT_PAYLOAD_NOT_JSON', original: { payload: Buffer.from('{'), topic: 'a' } },
  ])
  expect(node.emitted('out')).toMatchObject([{ payload: 1 }])
})

test('says which topic the broker refuses', async () => {
  const { broker, node } = await bench({ topic: 'secret/#' })
  broker.subscriptions[0]?.wants.onRefused('secret/#')
  expect(node.statuses().at(-1)).toEqual({
    state: 'error',
    text: 'The broker does not let this user subscribe to "secret/#".',
  })
})

test('passes on to the subscription what the engine asks for', async () => {
  const { broker, node } = await bench()
  node.pause()
  node.resume()
  await node.stop()
  await node.close()
  expect(broker.subscriptions[0]?.calls).toEqual(['pause', 'resume', 'stop', 'close'])
})

test('makes a message of each row and line, with columns and charset as told', async () => {
  const { broker, node } = await bench({ format: 'csv', csvDelimiter: ';' })
  await broker.deliver(['a', 'n;s\n1;x\n2;y'], ['b', 'n\n'])
  expect(node.take('out')).toEqual([
    { payload: { n: 1, s: 'x' }, topic: 'a', qos: 1, retain: false },
    { payload: { n: 2, s: 'y' }, topic: 'a', qos: 1, retain: false },
  ])
  await broker.deliver(['a', 'n\n1;2'], ['a', 'n\n3'])
  expect(node.failures()).toMatchObject([
    { code: 'FORMAT_DECODE', message: 'Line 2: the row has 2 cells, and there are 1 columns.' },
  ])
  expect(node.emitted('out')).toMatchObject([{ payload: { n: 3 } }])
})

test('lets what is not compressed leave by the error port where it should be', async () => {
  const { broker, node } = await bench({ format: 'json', compression: 'gzip' })
  await broker.deliver(['a', '{}'])
  expect(node.failures()).toMatchObject([
    { code: 'FORMAT_DECODE', original: { payload: Buffer.from('{}') } },
  ])
  const auto = await bench({ format: 'auto', compression: 'gzip' })
  await auto.broker.deliver(['a', '{}'])
  expect(auto.node.emitted('out')).toMatchObject([{ payload: {} }])
})

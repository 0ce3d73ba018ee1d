import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Flow } from '@millrace/flow'
import type { DeadLettersBody } from '@millrace/protocol'
import { startMosquitto } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { connectAsync } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { startProduct } from '../browser/product.ts'
import { openLive } from './suite/live.ts'
import { eventually } from './suite/patience.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const [secondMs, yearMs] = [1_000, 365 * 86_400_000]

/** Counts the messages of each second, by the times that devices put into them. */
const counting = (broker: string, device: object = {}): Flow => ({
  millrace: 1,
  name: 'counting',
  title: 'Counting',
  nodes: [
    {
      id: 'in',
      type: 'mqtt/in',
      onError: { policy: 'dead-letter' },
      config: { broker, topic: 'plant/#', qos: '1', eventTime: 'payload.at', ...device },
    },
    {
      id: 'window',
      type: 'window/aggregate',
      config: {
        type: 'tumbling',
        sizeMs: secondMs,
        aggregates: [{ id: 'c', function: 'count', name: 'count' }],
      },
    },
    { id: 'counts', type: 'file/out', config: { path: 'counts.jsonl' } },
    { id: 'late', type: 'file/out', config: { path: 'late.jsonl' } },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'window', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'counts', port: 'in' } },
    { from: { node: 'window', port: 'late' }, to: { node: 'late', port: 'in' } },
  ],
  layout: {},
})

async function bench(device: object = {}) {
  const mosquitto = await startMosquitto()
  closing.push(() => mosquitto.stop())
  const product = await startProduct()
  closing.push(() => product.stop())
  const { port } = mosquitto
  const config = { host: '127.0.0.1', port }
  const { api, userDirectory } = product
  await api.connect({ id: 'broker', type: 'mqtt/connection', name: 'Broker', config })
  const publisher = await connectAsync(mosquitto.url)
  closing.push(() => publisher.endAsync(true))
  await api.deploy(counting('broker', device))
  const live = await openLive(product.url)
  closing.push(() => live.close())
  await live.watch('counting')
  await eventually(() => expect(live.status('in')).toMatchObject({ state: 'ok' }))
  const lines = async (name: string) => {
    const text = await readFile(join(userDirectory, 'files', name), 'utf8').catch(() => '')
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { count?: number })
  }
  return {
    publish: (topic: string, ...times: readonly number[]) =>
      Promise.all(
        times.map((at) => publisher.publishAsync(topic, JSON.stringify({ at }), { qos: 1 })),
      ),
    counted: async () =>
      (await lines('counts.jsonl')).reduce((sum, { count = 0 }) => sum + count, 0),
    late: () => lines('late.jsonl'),
    letters: async () =>
      // The API's own type.
      ((await api.ask('GET', '/flows/counting/dead-letters')) as DeadLettersBody).letters,
  }
}

describeWith(['mosquitto'], 'devices with clocks that are wrong', () => {
  test('a message from years ahead becomes a dead letter, and what follows counts as before', async () => {
    const { publish, counted, late, letters } = await bench()
    const now = Date.now()
    await publish('plant/a', now - 60 * secondMs, now - 50 * secondMs)
    await publish('plant/b', now + 70 * yearMs)
    await publish('plant/a', now - 30 * secondMs, now - 30 * secondMs)
    await publish('plant/c', 5)
    await publish('plant/a', now - 20 * secondMs, now)
    // All but the last, whose window is open.
    await eventually(async () => expect(await counted()).toBe(5))
    expect(await letters()).toMatchObject([
      {
        node: 'in',
        error: { code: 'EVENT_TIME_AHEAD', message: expect.stringContaining('70 years ahead of') },
        message: { topic: 'plant/b', payload: { at: now + 70 * yearMs } },
      },
    ])
    // One from 1970 is late, and leaves by a port of its own.
    await eventually(async () => expect(await late()).toContainEqual({ at: 5 }))
  })

  test('a device at 1970 holds up nobody where such times are refused', async () => {
    const { publish, counted, letters } = await bench({ partition: 'topic', pastByMs: yearMs })
    const now = Date.now()
    await publish('plant/c', 5)
    await publish('plant/a', now - 60 * secondMs, now - 50 * secondMs)
    await eventually(async () => expect(await counted()).toBe(1))
    const [letter] = await letters()
    expect(letter).toMatchObject({
      error: { code: 'EVENT_TIME_BEHIND', message: expect.stringContaining('years behind') },
      message: { topic: 'plant/c' },
    })
  })
})

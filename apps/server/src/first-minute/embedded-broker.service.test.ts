import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { createServer } from 'node:net'
import { type EmbeddedBroker, openEmbeddedBroker } from './embedded-broker.ts'
import { listenNear } from './listen.ts'

let broker: EmbeddedBroker
let clients: MqttClient[]

beforeEach(async () => {
  clients = []
  broker = await openEmbeddedBroker({ mqttPort: 0, wsPort: 0 })
})

afterEach(async () => {
  for (const client of clients) client.end(true)
  await broker.close()
})

function open(url = broker.brokerUrl, options: IClientOptions = {}): MqttClient {
  const client = connect(url, { reconnectPeriod: 100, connectTimeout: 5_000, ...options })
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

function message(client: MqttClient, accept: (topic: string, text: string) => boolean) {
  return new Promise<{ topic: string; text: string }>((resolve) => {
    client.on('message', (topic, payload) => {
      const text = payload.toString()
      if (accept(topic, text)) resolve({ topic, text })
    })
  })
}

describe('the embedded broker', () => {
  it.each([
    { protocolVersion: 4 as const, url: () => broker.brokerUrl },
    { protocolVersion: 5 as const, url: () => broker.brokerUrl },
    { protocolVersion: 4 as const, url: () => broker.brokerWsUrl },
    { protocolVersion: 5 as const, url: () => broker.brokerWsUrl },
  ])(
    'passes messages of MQTT $protocolVersion on, with every QoS',
    async ({ protocolVersion, url }) => {
      const client = open(url(), { protocolVersion })
      const texts: string[] = []
      const all = message(client, (_topic, text) => texts.push(text) === 3)
      await client.subscribeAsync('t/#', { qos: 2 })
      for (const qos of [0, 1, 2] as const) {
        // oxlint-disable-next-line no-await-in-loop -- in order
        await client.publishAsync(`t/${qos}`, `qos ${qos}`, { qos })
      }
      await all
      expect(texts.toSorted()).toEqual(['qos 0', 'qos 1', 'qos 2'])
    },
  )

  it('lets the plant publish while somebody listens to it', async () => {
    const client = open()
    const reading = message(client, (topic) => topic.startsWith('plant/'))
    await client.subscribeAsync('plant/+/+/telemetry')
    const { topic, text } = await reading
    expect(topic).toMatch(/^plant\/\w+\/[\w-]+\/telemetry$/)
    expect(JSON.parse(text)).toEqual({
      device: topic.split('/')[2],
      temperature: expect.any(Number),
      humidity: expect.any(Number),
      vibration: expect.any(Number),
      time: expect.any(Number),
    })
  })

  it('keeps sessions and retained messages', async () => {
    const options = { clientId: 'kept', clean: false, protocolVersion: 4 as const }
    const first = open(broker.brokerUrl, options)
    await first.subscribeAsync('kept/queued', { qos: 1 })
    await first.endAsync()
    const other = open()
    await other.publishAsync('kept/queued', 'while away', { qos: 1 })
    await other.publishAsync('kept/retained', 'for all', { retain: true, qos: 1 })
    const again = open(broker.brokerUrl, options)
    expect(await message(again, () => true)).toEqual({ topic: 'kept/queued', text: 'while away' })
    const retained = message(other, () => true)
    await other.subscribeAsync('kept/retained')
    expect(await retained).toEqual({ topic: 'kept/retained', text: 'for all' })
  })

  it('takes other ports when the wanted ones are in use', async () => {
    const wsPort = Number(new URL(broker.brokerWsUrl).port)
    const other = await openEmbeddedBroker({ mqttPort: broker.mqttPort, wsPort })
    expect(other.mqttPort).not.toBe(broker.mqttPort)
    expect(other.brokerWsUrl).not.toBe(broker.brokerWsUrl)
    await other.close()
  })

  it('refuses pages from elsewhere, and what is not MQTT', async () => {
    const refused = (options: WebSocket.ClientOptions) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(broker.brokerWsUrl, 'mqtt', options)
        socket.on('error', (error) => resolve(error.message))
        socket.on('open', () => resolve('open'))
        clients.push({ end: () => socket.terminate() } as unknown as MqttClient)
      })
    expect(await refused({ origin: 'http://evil.example' })).toContain('403')
    expect(await refused({ origin: 'http://localhost:1880' })).toBe('open')
    expect((await fetch(broker.brokerWsUrl.replace('ws:', 'http:'))).status).toBe(426)
    const client = open()
    await client.publishAsync('still/there', '')
  })

  it('rests until somebody comes, and again when all have left', async () => {
    await broker.close()
    broker = await openEmbeddedBroker({ mqttPort: 0, wsPort: 0, restAfterMs: 200 })
    expect(broker.isResting()).toBe(true)
    for (let round = 0; round < 2; round += 1) {
      const client = open()
      const reading = message(client, () => true)
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await client.subscribeAsync('plant/#')
      // oxlint-disable-next-line no-await-in-loop
      await reading
      expect(broker.isResting()).toBe(false)
      // oxlint-disable-next-line no-await-in-loop
      await client.endAsync()
      // oxlint-disable-next-line no-await-in-loop
      await vi.waitUntil(() => broker.isResting(), { timeout: 5_000 })
    }
  })

  it('does not rest while it keeps something for somebody', async () => {
    await broker.close()
    broker = await openEmbeddedBroker({ mqttPort: 0, wsPort: 0, restAfterMs: 20 })
    const client = open()
    await client.publishAsync('kept', 'x', { retain: true, qos: 1 })
    await client.endAsync()
    const other = open()
    const retained = message(other, () => true)
    await other.subscribeAsync('kept')
    expect(await retained).toEqual({ topic: 'kept', text: 'x' })
  })

  it('gives its ports free when closed', async () => {
    const { mqttPort } = broker
    await broker.close()
    const server = createServer()
    expect(await listenNear(server, '127.0.0.1', mqttPort)).toBe(mqttPort)
    server.close()
  })
})

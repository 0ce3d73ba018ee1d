import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { startMosquitto } from '@millrace/services'
import type { Mosquitto, MosquittoOptions } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { mqttConnection } from '@millrace/nodes-mqtt'
import type { TestStep } from '@millrace/sdk'
import { realTime, testConnection } from '@millrace/sdk/testing'
import { connectAsync } from 'mqtt'
import type { IClientOptions, MqttClient } from 'mqtt'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openMqtt } from './mqtt-bench.ts'
import type { MqttBench } from './mqtt-bench.ts'
import { startProxy } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

const opened: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function broker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(options)
  opened.push(() => mosquitto.stop())
  return mosquitto
}

function bench(config: Readonly<Record<string, unknown>>): MqttBench {
  const mqtt = openMqtt(config)
  opened.push(() => mqtt.close())
  return mqtt
}

async function proxy(target: number): Promise<TcpProxy> {
  const started = await startProxy(target)
  opened.push(() => started.stop())
  return started
}

async function observer(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { reconnectPeriod: 0, ...options })
  opened.push(() => client.endAsync(true))
  return client
}

const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 5 })
const connected = (mqtt: MqttBench) => until(() => expect(mqtt.statuses.at(-1)?.state).toBe('ok'))
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)

describeWith(['mosquitto'], 'MQTT nodes', () => {
  test.each([
    ['3.1.1', '0'],
    ['3.1.1', '1'],
    ['3.1.1', '2'],
    ['5', '0'],
    ['5', '1'],
    ['5', '2'],
  ])('carry 3,000 messages in order with MQTT %s and QoS %s', async (version, qos) => {
    const mosquitto = await broker({ configuration: ['max_queued_messages 0'] })
    const mqtt = bench({ port: mosquitto.port, version })
    const input = await mqtt.receive({ topic: 'plant/#', qos })
    await connected(mqtt)
    await acknowledgedSubscription(mosquitto, input)
    const output = mqtt.publisher({ qos })
    const sent = output.sendAll(numbers(3000).map((n) => ({ payload: { n }, topic: 'plant/a' })))
    await until(() => expect(input.payloads).toHaveLength(3000))
    expect(input.payloads).toEqual(numbers(3000).map((n) => ({ n })))
    expect(input.messages[0]).toMatchObject({ topic: 'plant/a', qos: Number(qos), retain: false })
    await until(() => expect(sent.isSettled).toBe(true))
    expect(output.openHolds).toBe(0)
    expect(output.failures()).toEqual([])
  })

  test('connect to a name instead of an address', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ host: 'localhost', port: mosquitto.port })
    await connected(mqtt)
    expect(mqtt.statuses.at(-1)?.text).toBe('Connected to localhost')
  })

  test('receive what the filters match and nothing else', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ port: mosquitto.port })
    const one = await mqtt.receive({ topic: 'plant/+/temperature' })
    const more = await mqtt.receive({ topic: 'plant/a/#', moreTopics: [{ topic: 'office' }] })
    await connected(mqtt)
    const client = await observer(mosquitto.url)
    for (const topic of [
      'plant/b/temperature',
      'plant/b/x/temperature',
      'plant/a',
      '$x',
      'office',
    ]) {
      await client.publishAsync(topic, topic, { qos: 1 })
    }
    await client.publishAsync('plant/b/temperature', 'last', { qos: 1 })
    await until(() => expect(one.payloads).toEqual(['plant/b/temperature', 'last']))
    expect(more.payloads).toEqual(['plant/a', 'office'])
  })

  test('receive a retained message, also when they are added later', async () => {
    const mosquitto = await broker()
    const client = await observer(mosquitto.url)
    await client.publishAsync('state', 'on', { qos: 1, retain: true })
    const mqtt = bench({ port: mosquitto.port })
    const first = await mqtt.receive({ topic: 'state' })
    await until(() => expect(first.messages).toMatchObject([{ payload: 'on', retain: true }]))
    const second = await mqtt.receive({ topic: 'state' })
    await until(() => expect(second.messages).toMatchObject([{ payload: 'on', retain: true }]))
  })

  test('publish retained, and delete it with an empty payload', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ port: mosquitto.port })
    const output = mqtt.publisher({ qos: '1', retain: true })
    output.send({ topic: 'state', payload: 21.5 })
    await until(() => expect(output.openHolds).toBe(0))
    const seen = await bench({ port: mosquitto.port }).receive({ topic: 'state' })
    await until(() => expect(seen.payloads).toEqual([21.5]))
    output.send({ topic: 'state', payload: null })
    await until(() => expect(output.openHolds).toBe(0))
    await until(() => expect(seen.payloads).toHaveLength(2))
    const later = bench({ port: mosquitto.port })
    const none = await later.receive({ topic: 'state' })
    const marker = await later.receive({ topic: 'marker' })
    await until(() => {
      later.publisher().send({ topic: 'marker', payload: 1 })
      expect(marker.payloads.length).toBeGreaterThan(0)
    })
    expect(none.payloads).toEqual([])
  })

  test('pass on the properties of MQTT 5', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ port: mosquitto.port })
    const input = await mqtt.receive({ topic: 'a' })
    await connected(mqtt)
    const client = await observer(mosquitto.url, { protocolVersion: 5 })
    const properties = {
      contentType: 'application/json',
      responseTopic: 'b',
      correlationData: Buffer.from([1, 2]),
      messageExpiryInterval: 60,
      userProperties: { site: ['x', 'y'], line: '4' },
    }
    await client.publishAsync('a', '{"n":1}', { qos: 1, properties })
    await until(() => expect(input.messages).toHaveLength(1))
    expect(input.messages[0]).toMatchObject({
      payload: { n: 1 },
      properties: {
        contentType: 'application/json',
        responseTopic: 'b',
        correlationData: Uint8Array.of(1, 2),
        messageExpiryS: 60,
        userProperties: { site: ['x', 'y'], line: '4' },
      },
    })
  })

  test('leave a will when the connection breaks, and none when it is closed', async () => {
    const mosquitto = await broker()
    const client = await observer(mosquitto.url)
    const wills: string[] = []
    client.on('message', (_topic, payload) => wills.push(String(payload)))
    await client.subscribeAsync('will', { qos: 1 })
    const between = await proxy(mosquitto.port)
    const will = { hasWill: true, willTopic: 'will', willPayload: 'gone', willQos: '1' }
    const good = openMqtt({ port: mosquitto.port, ...will, willPayload: 'never' })
    await connected(good)
    await good.close()
    await connected(bench({ port: between.port, ...will }))
    between.cut()
    await until(() => expect(wills).toEqual(['gone']))
  })

  test('get with a persistent session what came while they were away', async () => {
    const mosquitto = await broker({ isPersistent: true })
    const config = { port: mosquitto.port, session: 'persistent', clientId: 'millrace-1' }
    const first = openMqtt(config)
    await first.receive({ topic: 'plant/#', qos: '1' })
    await connected(first)
    await subscriptionOf(mosquitto, first)
    await first.close()
    const client = await observer(mosquitto.url)
    for (const n of numbers(50)) await client.publishAsync('plant/a', String(n), { qos: 1 })
    await mosquitto.restart()
    const again = await bench(config).receive({ topic: 'plant/#', qos: '1' })
    await until(() =>
      expect(again.payloads.filter((n) => typeof n === 'number')).toEqual(numbers(50)),
    )
  })

  test('get again after a restart what the flow had not yet dealt with', async () => {
    const mosquitto = await broker()
    const config = { port: mosquitto.port, session: 'persistent', clientId: 'millrace-2' }
    const first = openMqtt(config)
    const held = await first.receive({ topic: 'a', qos: '1' }, { settlesByHand: true })
    await connected(first)
    const client = await observer(mosquitto.url)
    for (const n of numbers(3)) {
      await client.publishAsync('a', String(n), { qos: 1 })
      await until(() => expect(held.payloads).toHaveLength(n + 1))
    }
    // Out of order: the second waits for the first, and the third is given up.
    held.node.settle(1)
    held.node.settle(0)
    await first.close()
    const again = await bench(config).receive({ topic: 'a', qos: '1' })
    await until(() => expect(again.payloads).toEqual([2]))
  })

  test.each(['1', '2'])('acknowledge QoS %s in the order of arrival', async (qos) => {
    const mosquitto = await broker({ configuration: ['max_inflight_messages 10'] })
    const between = await proxy(mosquitto.port)
    const mqtt = bench({ port: between.port, version: '3.1.1' })
    const input = await mqtt.receive({ topic: 'a', qos }, { settlesByHand: true })
    await connected(mqtt)
    const client = await observer(mosquitto.url)
    for (const n of numbers(3)) {
      await client.publishAsync('a', String(n), { qos: 2 })
      await until(() => expect(input.payloads).toHaveLength(n + 1))
    }
    const type = qos === '1' ? 0x40 : 0x50
    const acknowledged = () => packetsOf(between.sent).filter((packet) => packet[0] === type)
    input.node.settle(2)
    input.node.settle(1)
    expect(acknowledged()).toEqual([])
    input.node.settle(0)
    await until(() => expect(acknowledged()).toHaveLength(3))
    const ids = acknowledged().map((packet) => packet.readUInt16BE(2))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    await until(() => expect(input.payloads).toEqual([0, 1, 2]))
  })

  test.each([
    ['3.1.1', 'MQTT_NOT_AUTHORIZED'],
    ['5', 'MQTT_NOT_AUTHORIZED'],
  ])('say with MQTT %s that the password is wrong', async (version, code) => {
    const mosquitto = await broker({ user: { name: 'plant', password: 'right' } })
    const mqtt = bench({ port: mosquitto.port, version, username: 'plant', password: 'wrong' })
    await until(() => expect(mqtt.statuses.at(-1)).toMatchObject({ state: 'error' }))
    expect(mqtt.statuses.at(-1)?.text).toContain('Check user name, password')
    expect(mqtt.connection.log[0]?.details).toMatchObject({ code })
    await connected(bench({ port: mosquitto.port, version, username: 'plant', password: 'right' }))
  })

  test('connect with TLS to a broker whose authority is given', async () => {
    const mosquitto = await broker({ hasTls: true })
    const { port, hostname: host } = new URL(mosquitto.tlsUrl ?? '')
    const config = { host, port: Number(port), protocol: 'mqtts' }
    const mqtt = bench({ ...config, ca: mosquitto.authority })
    const input = await mqtt.receive({ topic: 'a' })
    await connected(mqtt)
    await until(() => {
      mqtt.publisher().send({ topic: 'a', payload: 'x'.repeat(200_000) })
      expect(input.payloads.length).toBeGreaterThan(0)
    })
    expect(input.payloads[0]).toHaveLength(200_000)
    const stranger = bench(config)
    await until(() => expect(stranger.statuses.at(-1)?.text).toContain('not signed by a known'))
    const plain = bench({ port: mosquitto.port, protocol: 'mqtts' })
    await until(() => expect(plain.statuses.at(-1)?.state).toBe('error'))
  })

  test('connect over WebSocket', async () => {
    const mosquitto = await broker({ hasWebSocket: true })
    const { port } = new URL(mosquitto.webSocketUrl ?? '')
    const mqtt = bench({ port: Number(port), protocol: 'ws', path: '/mqtt' })
    const input = await mqtt.receive({ topic: 'a', qos: '1' })
    await connected(mqtt)
    await acknowledgedSubscription(mosquitto, input, 'a')
    const output = mqtt.publisher({ qos: '1' })
    output.sendAll(numbers(500).map((payload) => ({ topic: 'a', payload })))
    await until(() => expect(input.payloads).toEqual(numbers(500)))
    expect(output.openHolds).toBe(0)
  })

  test('lose no message with QoS 1 while the broker is killed and started again', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ port: mosquitto.port })
    const output = mqtt.publisher({ qos: '1' })
    await connected(mqtt)
    const received = new Set<number>()
    const collect = async () => {
      const client = await observer(mosquitto.url)
      client.on('message', (_topic, payload) => received.add(Number(payload)))
      await client.subscribeAsync('a', { qos: 1 })
    }
    await collect()
    const send = (from: number) =>
      output.sendAll(numbers(100, from).map((payload) => ({ topic: 'a', payload })))
    send(0)
    await until(() => expect(received.size).toBe(100))
    await mosquitto.kill()
    send(100)
    await until(() => expect(mqtt.statuses.at(-1)?.state).toBe('error'))
    send(200)
    expect(output.openHolds).toBe(200)
    await mosquitto.restart()
    await collect()
    await until(() => expect(output.openHolds).toBe(0))
    expect(output.failures()).toEqual([])
    send(300)
    await until(() => expect(output.openHolds).toBe(0))
    await connected(mqtt)
    await until(() => expect(received.has(399)).toBe(true))
  })

  test('keep QoS 0 in a bounded buffer while offline, and slow the flow before it is full', async () => {
    const mosquitto = await broker()
    const between = await proxy(mosquitto.port)
    const mqtt = bench({ port: between.port, bufferMax: 10 })
    const elsewhere = bench({ port: mosquitto.port })
    const input = await elsewhere.receive({ topic: 'a' })
    await connected(elsewhere)
    await acknowledgedSubscription(mosquitto, input, 'a')
    await connected(mqtt)
    await between.stop()
    const output = mqtt.publisher()
    await until(() => expect(mqtt.statuses.at(-1)?.state).toBe('error'))
    output.sendAll(numbers(5).map((payload) => ({ topic: 'a', payload })))
    expect(output.isPressing).toBe(false)
    output.send({ topic: 'a', payload: 5 })
    expect(output.isPressing).toBe(true)
    output.sendAll(numbers(6, 6).map((payload) => ({ topic: 'a', payload })))
    expect(output.failures().map(({ code, original }) => [code, original.payload])).toEqual([
      ['MQTT_BUFFER_FULL', 10],
      ['MQTT_BUFFER_FULL', 11],
    ])
    expect(output.openHolds).toBe(10)
  })

  test('send what was kept once the broker is there', async () => {
    const mosquitto = await broker()
    await mosquitto.kill()
    const mqtt = bench({ port: mosquitto.port })
    const output = mqtt.publisher({ retain: true })
    await until(() => expect(mqtt.statuses.at(-1)?.state).toBe('error'))
    expect(mqtt.statuses.at(-1)?.text).toContain('Nothing answers at 127.0.0.1')
    output.sendAll(numbers(10).map((n) => ({ topic: `a/${n}`, payload: n })))
    await mosquitto.restart()
    await connected(mqtt)
    const input = await mqtt.receive({ topic: 'a/+' })
    await until(() => expect(new Set(input.payloads)).toEqual(new Set(numbers(10))))
    expect(output.openHolds).toBe(0)
  })

  test('do not read while paused, stay connected, and go on afterwards', async () => {
    const mosquitto = await broker({ configuration: ['max_queued_messages 0'] })
    const between = await proxy(mosquitto.port)
    const mqtt = bench({ port: between.port, keepAliveMs: 1000 })
    const input = await mqtt.receive({ topic: 'a' })
    await connected(mqtt)
    await acknowledgedSubscription(mosquitto, input, 'a')
    input.node.pause()
    const client = await observer(mosquitto.url)
    for (const n of numbers(300)) await client.publishAsync('a', String(n), { qos: 1 })
    const pings = () => packetsOf(between.sent).filter((packet) => packet[0] === 0xc0).length
    const before = pings()
    // Two and a half keep-alive periods in which nothing is heard.
    await until(() => expect(pings()).toBeGreaterThan(before + 5))
    expect(input.payloads).toEqual([])
    input.node.resume()
    await until(() => expect(input.payloads).toEqual(numbers(300)))
    expect(between.connections).toBe(1)
  })

  test('hear the confirmations that they wait for, also while the input is paused', async () => {
    const mosquitto = await broker({ configuration: ['max_queued_messages 0'] })
    const mqtt = bench({ port: mosquitto.port, inFlightMax: 10 })
    const input = await mqtt.receive({ topic: 'in' })
    await connected(mqtt)
    await acknowledgedSubscription(mosquitto, input, 'in')
    const output = mqtt.publisher({ qos: '1' })
    input.node.pause()
    const client = await observer(mosquitto.url)
    for (const n of numbers(200)) await client.publishAsync('in', String(n))
    output.sendAll(numbers(500).map((payload) => ({ topic: 'out', payload })))
    await until(() => expect(output.openHolds).toBe(0))
    expect(input.payloads).toEqual([])
    input.node.resume()
    await until(() => expect(input.payloads).toEqual(numbers(200)))
  })

  test('take what any publisher may send: 1 MB, bad JSON, bytes, strange topics', async () => {
    const mosquitto = await broker()
    const mqtt = bench({ port: mosquitto.port })
    const json = await mqtt.receive({ topic: '#', format: 'json' })
    const any = await mqtt.receive({ topic: '#' })
    await connected(mqtt)
    await acknowledgedSubscription(mosquitto, any, 'probe')
    const client = await observer(mosquitto.url)
    const bytes = Buffer.from([0xff, 0x00, 0xfe])
    const long = JSON.stringify('ü'.repeat(500_000))
    await client.publishAsync('long', long, { qos: 1 })
    await client.publishAsync('bad', '{"n":', { qos: 1 })
    await client.publishAsync('__proto__', '{"__proto__":{"polluted":1}}', { qos: 1 })
    await client.publishAsync('bytes', bytes, { qos: 1 })
    await until(() => expect(any.payloads).toHaveLength(4))
    expect(any.payloads[0]).toBe('ü'.repeat(500_000))
    expect(any.payloads[1]).toBe('{"n":')
    expect(any.messages[2]?.topic).toBe('__proto__')
    expect(Object.hasOwn(any.payloads[2] as object, '__proto__')).toBe(true)
    expect(({} as { polluted?: number }).polluted).toBe(undefined)
    expect(any.payloads[3]).toEqual(bytes)
    expect(
      json.payloads.filter((payload) => typeof payload !== 'string' || payload.length > 9),
    ).toHaveLength(2)
    expect(json.node.failures().map(({ code, original }) => [code, original.payload])).toEqual([
      ['MQTT_PAYLOAD_NOT_JSON', Buffer.from('{"n":')],
      ['MQTT_PAYLOAD_NOT_JSON', bytes],
    ])
  })

  test('test a connection step by step', async () => {
    const user = { name: 'plant', password: 'right' }
    const mosquitto = await broker({ user, hasTls: true })
    const time = realTime(globalThis)
    const config = { host: '127.0.0.1', port: mosquitto.port, username: 'plant' }
    const good = await testConnection(mqttConnection, { ...config, password: 'right' }, { time })
    expect(good.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['Name', 'passed'],
      ['TCP connection', 'passed'],
      ['Sign-in', 'passed'],
      ['Permission to subscribe', 'passed'],
      ['First message', 'passed'],
    ])
    expect(good[2]?.text).toBe('Signed in as plant')
    expect(good[4]?.text).toMatch(/^There and back in \d+ ms$/)
    const bad = await testConnection(mqttConnection, { ...config, password: 'wrong' }, { time })
    expect(failed(bad)).toMatchObject({ step: 'Sign-in' })
    const secure = {
      ...config,
      host: 'localhost',
      port: Number(new URL(mosquitto.tlsUrl ?? '').port),
      protocol: 'mqtts',
      password: 'right',
    }
    const trusted = { ...secure, ca: mosquitto.authority }
    const steps = await testConnection(mqttConnection, trusted, { time })
    expect(steps[2]).toMatchObject({ step: 'TLS certificate', outcome: 'passed' })
    expect(steps[2]?.text).toMatch(/^TLSv1\.3, for localhost, valid for \d more days?/)
    expect(steps[3]).toMatchObject({ outcome: 'passed' })
    const untrusted = await testConnection(mqttConnection, secure, { time })
    expect(failed(untrusted)).toMatchObject({ step: 'TLS certificate' })
    await mosquitto.kill()
    const gone = await testConnection(mqttConnection, config, { time })
    expect(failed(gone)).toMatchObject({ step: 'TCP connection' })
  })
})

describe('MQTT nodes with a broker that is none', () => {
  test('give up the connection over a malformed packet, say so, and try again', async () => {
    let visits = 0
    const port = await fakeBroker((socket) => {
      visits += 1
      socket.once('data', () => {
        // CONNACK, then a PUBLISH with a length of more than four bytes.
        socket.write(Buffer.from([0x20, 3, 0, 0, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]))
      })
    })
    const mqtt = bench({ port })
    await until(() => expect(visits).toBeGreaterThan(1))
    expect(mqtt.statuses.some(({ text }) => text.includes('is not MQTT'))).toBe(true)
  })

  test.each([
    ['random bytes', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a packet that is too long', Buffer.from([0x20, 3, 0, 0, 0, 0x30, 0xff, 0xff, 0xff, 0x7f])],
    ['a topic beyond its packet', Buffer.from([0x20, 3, 0, 0, 0, 0x30, 3, 0, 9, 65])],
    ['a topic alias', Buffer.from([0x20, 3, 0, 0, 0, 0x30, 6, 0, 0, 3, 0x23, 0, 1])],
    ['QoS 3', Buffer.from([0x20, 3, 0, 0, 0, 0x36, 6, 0, 1, 65, 0, 1, 0])],
  ])('survive %s', async (_what, bytes) => {
    const port = await fakeBroker((socket) => void socket.once('data', () => socket.write(bytes)))
    const mqtt = bench({ port })
    await until(() => expect(mqtt.statuses.at(-1)?.state).toBe('error'))
  })

  test('say which topic they may not subscribe to', async () => {
    const port = await fakeBroker((socket) => {
      socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0])))
      socket.on('data', (chunk: Buffer) => {
        if (chunk[0] !== 0x82) return
        socket.write(Buffer.from([0x90, 4, chunk[2] ?? 0, chunk[3] ?? 0, 0, 0x87]))
      })
    })
    const input = await bench({ port }).receive({ topic: 'secret/#' })
    const text = 'The broker does not let this user subscribe to "secret/#".'
    await until(() => expect(input.node.statuses().at(-1)).toEqual({ state: 'error', text }))
  })

  test('say that a broker which never answers may know only 3.1.1', async () => {
    const port = await fakeBroker(() => undefined)
    const mqtt = bench({ port, connectTimeoutMs: 50 })
    await until(() => expect(mqtt.statuses.at(-1)?.text).toContain('It may know only MQTT 3.1.1'))
  })

  test('say that a name leads nowhere', async () => {
    const mqtt = bench({ host: 'no-such-host.invalid', port: 1 })
    await until(() => expect(mqtt.statuses.at(-1)?.text).toContain('leads to no address'))
  })
})

const failed = (steps: readonly TestStep[]) => steps.find(({ outcome }) => outcome === 'failed')

async function fakeBroker(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    opened.push(async () => void socket.destroy())
    onSocket(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  opened.push(() => new Promise((resolve) => void server.close(resolve)))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Waits until the broker knows the subscription, and forgets the probes. */
async function acknowledgedSubscription(
  mosquitto: Mosquitto,
  input: { readonly node: { take(): unknown; emitted(): readonly unknown[] } },
  topic = 'plant/a',
): Promise<void> {
  const client = await observer(mosquitto.url)
  await until(async () => {
    await client.publishAsync(topic, '"probe"', { qos: 1 })
    expect(input.node.emitted().length).toBeGreaterThan(0)
  })
  await client.publishAsync(topic, '"probed"', { qos: 1 })
  await until(() => expect(input.node.emitted().at(-1)).toMatchObject({ payload: 'probed' }))
  input.node.take()
}

async function subscriptionOf(mosquitto: Mosquitto, mqtt: MqttBench): Promise<void> {
  const probe = await mqtt.receive({ topic: 'plant/#', qos: '1' })
  await acknowledgedSubscription(mosquitto, probe)
}

/** Cuts what a client sent into packets; all that tests look at are shorter than 128 bytes. */
function packetsOf(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + (bytes[at + 1] ?? 0)
    packets.push(bytes.subarray(at, end))
    at = end
  }
  return packets
}

import { mqttOut } from '@millrace/nodes-mqtt'
import { kafkaRegistry } from '@millrace/nodes-registry'
import { openConnection, realTime } from '@millrace/sdk/testing'
import { startApicurio, startMosquitto } from '@millrace/services'
import type { Apicurio, Mosquitto } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { connectAsync } from 'mqtt'
import type { MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openMqtt } from './mqtt-bench.ts'
import { avro, framed, json, protobuf, schemaKinds } from './registry-schemas.ts'
import { askRegistry, openWay, register } from './registry-way.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 5 })

describeWith(['mosquitto', 'apicurio'], 'MQTT nodes with a schema registry (Apicurio)', () => {
  let mosquitto: Mosquitto
  let apicurio: Apicurio
  let made = 0

  beforeAll(async () => {
    ;[mosquitto, apicurio] = await Promise.all([startMosquitto(), startApicurio()])
  }, 180_000)
  afterAll(async () => {
    await Promise.all([mosquitto.stop(), apicurio.stop()])
  })

  function bench(url = apicurio.url) {
    const mqtt = openMqtt({ port: mosquitto.port, version: '5' })
    const registry = openConnection(kafkaRegistry, { url }, { time })
    opened.push(async () => {
      await mqtt.close()
      await registry.close()
    })
    return { mqtt, byRegistry: { format: 'registry', registry: registry.handle } }
  }

  const names = () => {
    made += 1
    return { topic: `plant/${made}`, subject: `plant-${made}-value` }
  }

  async function client(): Promise<MqttClient> {
    const connected = await connectAsync(mosquitto.url)
    opened.push(() => connected.endAsync(true))
    return connected
  }

  /** Until the broker gives the subscriber what is published. */
  async function listening(topic: string, payloads: () => readonly unknown[]): Promise<void> {
    const publisher = await client()
    await until(async () => {
      await publisher.publishAsync(topic, 'probe', { qos: 1 })
      expect(payloads().length).toBeGreaterThan(0)
    })
  }

  test.each(schemaKinds)(
    'write %s by a schema that they register, and read it by what it names',
    async (schemaType, schema) => {
      const { mqtt, byRegistry } = bench()
      const { topic, subject } = names()
      const { node, payloads } = await receiving(mqtt, { topic, qos: '1', ...byRegistry })
      await listening(topic, () => node.failures())
      const own = { schemaFrom: 'here', registersSchema: true, schemaType, schema }
      const out = mqtt.publisher({ qos: '1', subject, ...byRegistry, ...own })
      const values = [1.5, -2, 3].map((value, at) => ({ device: `d${at}`, value }))
      out.sendAll(values.map((payload) => ({ payload, topic })))
      await until(() => expect(payloads()).toEqual(values))
      await until(() => expect(out.openHolds).toBe(0))
      expect(out.failures()).toEqual([])
      // And by the newest schema of the registry.
      const later = mqtt.publisher({ qos: '2', subject, ...byRegistry, schemaFrom: 'latest' })
      later.send({ payload: { device: 'c', value: 3 }, topic })
      await until(() => expect(payloads()).toHaveLength(4))
      expect(payloads()[3]).toEqual({ device: 'c', value: 3 })
      expect(new Set(node.failures().map(({ code }) => code))).toEqual(
        new Set(['SCHEMA_NOT_NAMED']),
      )
    },
  )

  test.each([
    ['AVRO', avro, avro.replace('"string"', '"int"')],
    ['PROTOBUF', protobuf, protobuf.replace('string device', 'double device')],
    ['JSON', json, json.replace('"type":"string"', '"type":"number"')],
  ])('find out before they are deployed that %s is not compatible', async (kind, first, next) => {
    const { byRegistry } = bench()
    const { topic, subject } = names()
    await register(apicurio.url, subject, { schema: first, schemaType: kind })
    await askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility: 'FULL' })
    const own = { schemaFrom: 'here', schemaType: kind, registersSchema: true }
    // What the engine hands to a check.
    const check = (schema: string) =>
      mqttOut.check?.({ config: { topic, subject, ...byRegistry, ...own, schema } } as never)
    expect(await check(first)).toEqual([])
    expect(await check(next)).toMatchObject([
      { severity: 'error', code: 'SCHEMA_INCOMPATIBLE', field: 'schema' },
    ])
    const versions = await askRegistry(apicurio.url, 'GET', `/subjects/${subject}/versions`)
    expect(versions).toEqual([1])
  })

  test('publish what every client of the registry reads: the number, then the value', async () => {
    const { mqtt, byRegistry } = bench()
    const { topic, subject } = names()
    const id = await register(apicurio.url, subject, { schema: avro })
    const observer = await client()
    const seen: Buffer[] = []
    observer.on('message', (_topic, payload) => void seen.push(payload))
    await observer.subscribeAsync(topic, { qos: 1 })
    const out = mqtt.publisher({ qos: '1', retain: true, subject, ...byRegistry })
    out.sendAll([{ device: 'a', value: null }, null].map((payload) => ({ payload, topic })))
    await until(() => expect(seen).toHaveLength(2))
    expect(seen[0]).toEqual(framed(id, Buffer.from([2, 97, 0])))
    // Nothing stays nothing: the broker keeps the message no more.
    expect(seen[1]).toHaveLength(0)
  })

  test('let what they cannot read or write leave by the error port, and go on', async () => {
    const { mqtt, byRegistry } = bench()
    const { topic, subject } = names()
    const { node, payloads } = await receiving(mqtt, { topic, qos: '1', ...byRegistry })
    await listening(topic, () => node.failures())
    const id = await register(apicurio.url, subject, { schema: protobuf, schemaType: 'PROTOBUF' })
    const bad = [
      framed(64_001, Buffer.from([0])),
      framed(-1, Buffer.from([0])),
      Buffer.from([0, 0, 0]),
      Buffer.from([1, 0, 0, 0, id, 0]),
      framed(id, Buffer.from([0, 10, 200, 65])),
      framed(id, Buffer.from([2, 60])),
      framed(id, Buffer.from([2, 2, 8])),
    ]
    const known = node.failures().length
    const publisher = await client()
    for (const payload of [...bad, framed(id, Buffer.from([0, 10, 1, 97]))]) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await publisher.publishAsync(topic, payload, { qos: 1 })
    }
    await until(() => expect(payloads()).toEqual([{ device: 'a', value: 0 }]))
    const failures = node
      .failures()
      .slice(known)
      .filter(({ original }) => {
        return String(original.payload) !== 'probe'
      })
    const ofSchema = expect.stringMatching(new RegExp(`^Schema ${id} of .*"${subject}": `))
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      ['SCHEMA_UNKNOWN', expect.stringContaining('Schema 64001: ')],
      ['SCHEMA_UNKNOWN', expect.stringContaining('Schema 4294967295: ')],
      ['SCHEMA_FRAME_TRUNCATED', expect.stringContaining('3 bytes')],
      ['SCHEMA_NOT_NAMED', expect.stringContaining('0x01')],
      ['FORMAT_DECODE', ofSchema],
      ['SCHEMA_MESSAGE_UNKNOWN', ofSchema],
      ['FORMAT_DECODE', ofSchema],
    ])
    expect(failures.map(({ original }) => original.payload)).toEqual(bad)
    const out = mqtt.publisher({ qos: '1', subject, ...byRegistry })
    out.sendAll([{ device: 5 }, { device: 'b', value: 1 }].map((payload) => ({ payload, topic })))
    await until(() => expect(payloads()).toHaveLength(2))
    expect(out.failures()).toMatchObject([
      { code: 'FORMAT_ENCODE', message: expect.stringMatching(/^Schema \d+ of "plant.*device/) },
    ])
  })

  test('wait while the registry is away, press, and lose nothing', async () => {
    const { topic, subject } = names()
    await register(apicurio.url, subject, { schema: avro })
    const way = await openWay(apicurio.url)
    opened.push(() => way.stop())
    way.isOpen = false
    const { mqtt, byRegistry } = bench(way.url)
    const { node, payloads } = await receiving(mqtt, { topic, qos: '1', ...byRegistry })
    await listening(topic, () => node.failures())
    const out = mqtt.publisher({ qos: '1', subject, ...byRegistry })
    const values = Array.from({ length: 200 }, (_, value) => ({ device: 'a', value }))
    out.sendAll(values.map((payload) => ({ payload, topic })))
    await until(() => expect(out.statuses().at(-1)?.text).toContain('Schema registry'))
    expect([out.openHolds, out.isPressing]).toEqual([200, true])
    // Another one, whose registry is there, writes already.
    const { mqtt: near, byRegistry: there } = bench()
    const early = near.publisher({ qos: '1', subject, ...there })
    early.send({ payload: { device: 'first', value: -1 }, topic })
    await until(() => expect(node.statuses().at(-1)?.text).toContain('Schema registry'))
    expect([payloads(), node.isPressing]).toEqual([[], true])
    way.isOpen = true
    const all = [{ device: 'first', value: -1 }, ...values]
    await until(() => expect(payloads()).toEqual(all))
    await until(() => expect([out.openHolds, node.openHolds, early.openHolds]).toEqual([0, 0, 0]))
    expect([out.isPressing, node.isPressing]).toEqual([false, false])
    expect(out.failures()).toEqual([])
    await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
  })

  test('read what several versions wrote as the latest of the subject', async () => {
    const { mqtt, byRegistry } = bench()
    const { topic, subject } = names()
    const fields = [{ name: 'device', type: 'string' }]
    const record = (...more: object[]) =>
      JSON.stringify({ type: 'record', name: 'R', fields: [...fields, ...more] })
    await askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility: 'BACKWARD' })
    const first = await register(apicurio.url, subject, { schema: record() })
    const unit = { name: 'unit', type: 'string', default: 'C' }
    await register(apicurio.url, subject, { schema: record(unit) })
    const reading = { topic, qos: '1', ...byRegistry, readAs: 'latest', readerSubject: subject }
    const { node, payloads } = await receiving(mqtt, reading)
    await listening(topic, () => node.failures())
    const publisher = await client()
    await publisher.publishAsync(topic, framed(first, Buffer.from([2, 97])), { qos: 1 })
    await until(() => expect(payloads()).toEqual([{ device: 'a', unit: 'C' }]))
  })
})

async function receiving(
  mqtt: ReturnType<typeof openMqtt>,
  config: Readonly<Record<string, unknown>>,
) {
  const { node } = await mqtt.receive(config)
  return { node, payloads: () => node.emitted('out').map(({ payload }) => payload) }
}

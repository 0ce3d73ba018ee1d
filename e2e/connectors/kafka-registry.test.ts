import { kafkaConnection, kafkaIn, kafkaOut } from '@millrace/nodes-kafka'
import { kafkaDecode, kafkaEncode, kafkaRegistry } from '@millrace/nodes-registry'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run, testConnection } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { startApicurio, startKafka } from '@millrace/services'
import type { Apicurio, Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import avsc from 'avsc'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { avro, framed, json, protobuf, reading, schemaKinds } from './registry-schemas.ts'
import { askRegistry, openWay } from './registry-way.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 5 })

describeWith(['kafka', 'apicurio'], 'Kafka nodes with a schema registry (Apicurio)', () => {
  let kafka: Kafka
  let apicurio: Apicurio
  let made = 0

  beforeAll(async () => {
    ;[kafka, apicurio] = await Promise.all([startKafka(), startApicurio()])
  }, 180_000)
  afterAll(async () => {
    await Promise.all([kafka.stop(), apicurio.stop()])
  })

  async function topic(): Promise<string> {
    made += 1
    await kafka.createTopic(`by-schema-${made}`)
    return `by-schema-${made}`
  }

  function open() {
    const cluster = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
    const registry = openConnection(kafkaRegistry, { url: apicurio.url }, { time })
    opened.push(() => Promise.all([cluster.close(), registry.close()]))
    return { cluster: cluster.handle, registry: registry.handle, format: 'registry' }
  }

  function sink(name: string, config: Record<string, unknown>): TestRun {
    const own = { schemaFrom: 'here', registersSchema: true, topic: () => name, key: () => null }
    const node = run(kafkaOut, { ...open(), ...own, ...config }, { time })
    opened.push(() => node.close())
    return node
  }

  async function source(name: string, config: Record<string, unknown> = {}): Promise<TestRun> {
    const timing = { eventTime: (one: Message) => one['timestamp'], partition: () => 0 }
    const group = `${name}-${Math.random()}`
    const given = { ...open(), ...timing, topic: name, group, fetchWaitMs: 50, ...config }
    const node = run(kafkaIn, given, { time })
    opened.push(async () => {
      await node.stop()
      await node.close()
    })
    await node.start()
    return node
  }

  const payloads = (node: TestRun) => node.emitted('out').map(({ payload }) => payload)

  const ask = (method: string, path: string, body?: object) =>
    askRegistry(apicurio.url, method, path, body)

  test.each(schemaKinds)(
    'write %s by a schema that they register, and read it by what it names',
    async (schemaType, schema) => {
      const name = await topic()
      const out = sink(name, { schemaType, schema })
      const values = [
        { device: 'a', value: 1.5 },
        { device: 'b', value: -2 },
      ]
      out.sendAll(values.map((payload) => ({ payload })))
      await until(() => expect(out.openHolds).toBe(0))
      expect(out.failures()).toEqual([])
      expect(await ask('GET', `/subjects/${name}-value/versions/latest`)).toMatchObject({
        version: 1,
      })
      const node = await source(name)
      await until(() => expect(payloads(node)).toEqual(values))
      // And by the newest schema of the registry.
      const later = sink(name, { schemaFrom: 'latest' })
      later.send({ payload: { device: 'c', value: 3 } })
      await until(() => expect(payloads(node)).toHaveLength(3))
      expect(payloads(node)[2]).toEqual({ device: 'c', value: 3 })
    },
  )

  test.each(schemaKinds)(
    'write %s for other nodes, such as MQTT out, and read it for them',
    async (kind, schema) => {
      const { registry } = open()
      const subject = `elsewhere-${kind}`
      const own = { schemaFrom: 'here', registersSchema: true, schemaType: kind, schema }
      const writer = run(kafkaEncode, { registry, subject, ...own }, { time })
      const reader = run(kafkaDecode, { registry }, { time })
      opened.push(() => Promise.all([writer.close(), reader.close()]))
      const values = [1, 2, 3].map((value) => ({ device: 'a', value }))
      writer.sendAll(values.map((payload, at) => ({ payload, topic: `plant/${at}` })))
      await until(() => expect(writer.openHolds).toBe(0))
      expect(writer.failures()).toEqual([])
      reader.sendAll(writer.emitted('out'))
      await until(() => expect(payloads(reader)).toEqual(values))
      expect(reader.emitted('out').map((message) => message.topic)).toEqual([
        'plant/0',
        'plant/1',
        'plant/2',
      ])
    },
  )

  test('write what others read: the number of the schema, then plain Avro', async () => {
    const name = await topic()
    const out = sink(name, { schemaType: 'AVRO', schema: avro })
    out.send({ payload: { device: 'a', value: null } })
    await until(() => expect(out.openHolds).toBe(0))
    const node = await source(name, { format: 'binary' })
    await until(() => expect(payloads(node)).toHaveLength(1))
    const bytes = Buffer.from(payloads(node)[0] as Uint8Array)
    const { id } = (await ask('POST', `/subjects/${name}-value`, { schema: avro })) as {
      id: number
    }
    expect([bytes[0], bytes.readInt32BE(1)]).toEqual([0, id])
    // A copy, as the library takes the type to be its own.
    const type = avsc.Type.forSchema(JSON.parse(avro))
    expect({ ...(type.fromBuffer(bytes.subarray(5)) as object) }).toEqual({
      device: 'a',
      value: null,
    })
  })

  test('read schemas that use others, and messages that are not the first of theirs', async () => {
    const name = await topic()
    await ask('POST', '/subjects/shared/versions', { schema: avro })
    const list = {
      type: 'record',
      name: 'Batch',
      namespace: 'plant',
      fields: [{ name: 'all', type: { type: 'array', items: 'plant.Reading' } }],
    }
    const references = [{ name: 'plant.Reading', subject: 'shared', version: 1 }]
    const schema = JSON.stringify(list)
    const { id } = (await ask('POST', `/subjects/${name}-value/versions`, {
      schema,
      references,
    })) as { id: number }
    const proto = { schema: protobuf, schemaType: 'PROTOBUF' }
    const second = (await ask('POST', `/subjects/${name}-other/versions`, proto)) as { id: number }
    const type = avsc.Type.forSchema({
      ...list,
      fields: [{ name: 'all', type: { type: 'array', items: reading } }],
    } as never)
    const batch = { all: [{ device: 'a', value: 2 }] }
    const raw = sink(name, { format: 'auto' })
    raw.sendAll([
      { payload: framed(id, type.toBuffer(batch)) },
      // Indexes 1, then 1, 0: zigzag, after how many there are; fields 1 = 7 and 1 = "x".
      { payload: framed(second.id, Buffer.from([2, 2, 8, 7])) },
      { payload: framed(second.id, Buffer.from([4, 2, 0, 10, 1, 120])) },
    ])
    const node = await source(name)
    await until(() => expect(payloads(node)).toHaveLength(3))
    expect(payloads(node)).toEqual([{ all: [{ device: 'a', value: 2 }] }, { n: 7 }, { text: 'x' }])
  })

  test('let what they cannot read leave by the error port as it is', async () => {
    const name = await topic()
    const good = sink(name, { schemaType: 'PROTOBUF', schema: protobuf })
    good.send({ payload: { device: 'a', value: 1 } })
    await until(() => expect(good.openHolds).toBe(0))
    const { id } = (await ask('POST', `/subjects/${name}-value`, {
      schema: protobuf,
      schemaType: 'PROTOBUF',
    })) as { id: number }
    const bad = [
      Buffer.from([0, 0, 0, 250, 1, 0]),
      Buffer.from([0, 0, 0]),
      Buffer.from('{"plain":1}'),
      Buffer.from([0, 0, 0, 0, id, 0, 10, 200, 65]),
      Buffer.from([0, 0, 0, 0, id, 2, 60]),
    ]
    const raw = sink(name, { format: 'auto' })
    raw.sendAll(bad.map((payload) => ({ payload })))
    await until(() => expect(raw.openHolds).toBe(0))
    good.send({ payload: { device: 'b', value: 2 } })
    const node = await source(name)
    await until(() => expect(payloads(node)).toHaveLength(2))
    expect(node.failures().map(({ code }) => code)).toEqual([
      'SCHEMA_UNKNOWN',
      'SCHEMA_FRAME_TRUNCATED',
      'SCHEMA_NOT_NAMED',
      'FORMAT_DECODE',
      'SCHEMA_MESSAGE_UNKNOWN',
    ])
    expect(node.failures().map(({ original }) => original.payload)).toEqual(bad)
    const [unknown, , , truncated, message] = node.failures().map((failure) => failure.message)
    expect(unknown).toContain('Schema 64001: ')
    expect(unknown).toContain(`"${name}-value"`)
    expect(unknown).toContain(`(${name}/0, offset 1)`)
    for (const text of [truncated, message])
      expect(text).toContain(`Schema ${id} of "${name}-value": `)
  })

  test('let what does not fit the schema leave by the error port, naming the field', async () => {
    const name = await topic()
    const out = sink(name, { schemaType: 'AVRO', schema: avro })
    out.sendAll([{ payload: { device: 5 } }, { payload: { device: 'a', value: 1 } }])
    await until(() => expect(out.openHolds).toBe(0))
    expect(out.failures()).toMatchObject([
      { code: 'FORMAT_ENCODE', message: expect.stringContaining('device') },
    ])
    const checked = await topic()
    const strict = sink(checked, { schemaType: 'JSON', schema: json })
    strict.send({ payload: { value: 1 } })
    await until(() => expect(strict.failures()).toHaveLength(1))
    expect(strict.failures()).toMatchObject([
      { code: 'SCHEMA_MISFIT', message: expect.stringContaining('device') },
    ])
  })

  test('say as the flow starts that a schema cannot follow the one before', async () => {
    const name = await topic()
    const first = sink(name, { schemaType: 'AVRO', schema: avro })
    first.send({ payload: { device: 'a', value: 1 } })
    await until(() => expect(first.openHolds).toBe(0))
    await ask('PUT', `/config/${name}-value`, { compatibility: 'BACKWARD' })
    const changed = avro.replace('"string"', '"int"')
    const second = sink(name, { schemaType: 'AVRO', schema: changed })
    await until(() => expect(second.statuses().at(-1)?.text).toContain('not compatible'))
    second.send({ payload: { device: 1 } })
    await until(() => expect(second.failures()).toHaveLength(1))
    expect(second.failures()).toMatchObject([{ code: 'SCHEMA_INCOMPATIBLE' }])
    const other = sink(`${name}-none`, { schemaFrom: 'latest' })
    await until(() => expect(other.statuses().at(-1)?.text).toContain('no schema for'))
  })

  test('wait while the registry is away, with what they know going on', async () => {
    const name = await topic()
    const way = await openWay(apicurio.url)
    opened.push(() => way.stop())
    const registry = openConnection(kafkaRegistry, { url: way.url }, { time })
    opened.push(() => registry.close())
    const out = sink(name, { schemaType: 'AVRO', schema: avro, registry: registry.handle })
    const node = await source(name, { registry: registry.handle })
    out.send({ payload: { device: 'a', value: 1 } })
    await until(() => expect(payloads(node)).toHaveLength(1))
    way.isOpen = false
    out.send({ payload: { device: 'b', value: 2 } })
    await until(() => expect(payloads(node)).toHaveLength(2))
    const other = openConnection(kafkaRegistry, { url: way.url }, { time })
    opened.push(() => other.close())
    const late = await source(name, { registry: other.handle })
    await until(() => expect(late.statuses().at(-1)?.text).toContain('Schema registry'))
    const waiting = sink(name, { schemaFrom: 'latest', registry: other.handle })
    waiting.send({ payload: { device: 'c', value: 3 } })
    await until(() => expect(waiting.statuses().at(-1)?.text).toContain('Schema registry'))
    expect([payloads(late), waiting.openHolds]).toEqual([[], 1])
    way.isOpen = true
    await until(() => expect(waiting.openHolds).toBe(0))
    await until(() => expect(payloads(late)).toHaveLength(3))
    expect([...late.failures(), ...waiting.failures()]).toEqual([])
    await until(() => {
      expect(late.statuses().at(-1)?.state).toBe('ok')
      expect(waiting.statuses().at(-1)?.state).toBe('ok')
    })
  })

  test('test a connection step by step', async () => {
    const good = await testConnection(kafkaRegistry, { url: apicurio.url }, { time })
    expect(good.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed'])
    const wrong = await testConnection(kafkaRegistry, { url: 'http://127.0.0.1:1' }, { time })
    expect(wrong[1]).toMatchObject({ outcome: 'failed', text: expect.stringContaining('Address') })
    const elsewhere = { url: apicurio.url.replace('/apis/ccompat/v7', '/nowhere') }
    const path = await testConnection(kafkaRegistry, elsewhere, { time })
    expect(path[2]).toMatchObject({ outcome: 'failed', text: expect.stringContaining('address') })
  })
})

import { kafkaConnection, kafkaIn, kafkaOut } from '@millrace/nodes-kafka'
import { kafkaRegistry } from '@millrace/nodes-registry'
import type { Message } from '@millrace/sdk'
import { openConnection, realTime, run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { startApicurio, startKafka } from '@millrace/services'
import type { Apicurio, Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { avro, framed, schemaKinds } from './registry-schemas.ts'
import { askRegistry, openWay, register } from './registry-way.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 5 })

const record = (...fields: object[]) =>
  JSON.stringify({ type: 'record', name: 'Reading', namespace: 'plant', fields })
const device = { name: 'device', type: 'string' }

describeWith(
  ['kafka', 'apicurio'],
  'Kafka nodes with keys and reader schemas of a registry',
  () => {
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
      await kafka.createTopic(`keyed-${made}`)
      return `keyed-${made}`
    }

    function open(url = apicurio.url) {
      const cluster = openConnection(kafkaConnection, { brokers: kafka.address }, { time })
      const registry = openConnection(kafkaRegistry, { url }, { time })
      opened.push(() => Promise.all([cluster.close(), registry.close()]))
      return { cluster: cluster.handle, registry: registry.handle }
    }

    function sink(name: string, { url, ...config }: { url?: string; [field: string]: unknown }) {
      const own = { topic: () => name, key: (message: Message) => message.key }
      const node = run(kafkaOut, { ...open(url), ...own, ...config }, { time })
      opened.push(() => node.close())
      return node
    }

    async function source(
      name: string,
      { url, ...config }: { url?: string; [field: string]: unknown } = {},
    ): Promise<TestRun> {
      const timing = { eventTime: (one: Message) => one['timestamp'], partition: () => 0 }
      const group = `${name}-${Math.random()}`
      const given = { ...open(url), ...timing, topic: name, group, fetchWaitMs: 50, ...config }
      const node = run(kafkaIn, given, { time })
      opened.push(async () => {
        await node.stop()
        await node.close()
      })
      await node.start()
      return node
    }

    const payloads = (node: TestRun) => node.emitted('out').map(({ payload }) => payload)
    const keysByRegistry = {
      keyFormat: 'registry',
      keySchemaFrom: 'here',
      keyRegistersSchema: true,
    }

    test.each(schemaKinds)(
      'write and read keys by %s, under the subject of the topic',
      async (keySchemaType, keySchema) => {
        const name = await topic()
        const key = (message: Message) => message['id']
        const out = sink(name, { ...keysByRegistry, keySchemaType, keySchema, key })
        const ids = [
          { device: 'a', value: 1 },
          { device: 'b', value: 2 },
        ]
        out.sendAll(ids.map((id, n) => ({ payload: n, id })))
        await until(() => expect(out.openHolds).toBe(0))
        expect(out.failures()).toEqual([])
        const found = await askRegistry(
          apicurio.url,
          'GET',
          `/subjects/${name}-key/versions/latest`,
        )
        expect(found).toMatchObject({ version: 1 })
        const node = await source(name, { keyFormat: 'registry' })
        await until(() => expect(payloads(node)).toEqual([0, 1]))
        expect(node.emitted('out').map(({ key: text, keyValue }) => [text, keyValue])).toEqual(
          ids.map((id) => [JSON.stringify(id), id]),
        )
      },
    )

    test('write and read keys and values by schemas of their own, and keys that are no records', async () => {
      const name = await topic()
      const out = sink(name, {
        ...keysByRegistry,
        keySchema: '"long"',
        format: 'registry',
        schemaFrom: 'here',
        registersSchema: true,
        schema: avro,
      })
      const values = [1, 2].map((n) => ({ payload: { device: 'a', value: n }, key: n * 1000 }))
      out.sendAll([...values, { payload: { device: 'a', value: 3 } }])
      await until(() => expect(out.openHolds).toBe(0))
      expect(out.failures()).toEqual([])
      const node = await source(name, { format: 'registry', keyFormat: 'registry' })
      await until(() => expect(payloads(node)).toHaveLength(3))
      expect(node.emitted('out').map(({ key, payload }) => [key, payload])).toEqual([
        [1000, { device: 'a', value: 1 }],
        [2000, { device: 'a', value: 2 }],
        [undefined, { device: 'a', value: 3 }],
      ])
      // Other readers find the usual frame.
      const plain = await source(name, { format: 'binary' })
      await until(() => expect(payloads(plain)).toHaveLength(3))
      const bytes = Buffer.from(String(plain.emitted('out')[0]?.key), 'base64')
      expect([bytes[0], bytes.subarray(5)]).toEqual([0, Buffer.from([0xd0, 0x0f])])
    })

    test('let keys that cannot be read or written leave by the error port, with the rest going on', async () => {
      const name = await topic()
      const out = sink(name, { ...keysByRegistry, keySchema: '"long"' })
      out.sendAll([
        { payload: 'x', key: 'no number' },
        { payload: 'good', key: 7 },
      ])
      await until(() => expect(out.openHolds).toBe(0))
      expect(out.failures()).toMatchObject([
        { code: 'FORMAT_ENCODE', message: expect.stringContaining(`of "${name}-key": `) },
      ])
      const raw = sink(name, { key: (message: Message) => message['raw'] })
      raw.sendAll([
        { payload: 'bad', raw: framed(64_001, Buffer.from([2])) },
        { payload: 'bad', raw: 'plain' },
        { payload: 'none' },
      ])
      await until(() => expect(raw.openHolds).toBe(0))
      const node = await source(name, { keyFormat: 'registry' })
      await until(() => expect(payloads(node)).toEqual(['good', 'none']))
      expect(node.failures()).toMatchObject([
        { code: 'SCHEMA_UNKNOWN', message: expect.stringContaining(`"${name}-key"`) },
        { code: 'SCHEMA_NOT_NAMED', original: { key: 'plain' } },
      ])
    })

    test('wait in order for the schema of a key as for that of a value', async () => {
      const name = await topic()
      const way = await openWay(apicurio.url)
      opened.push(() => way.stop())
      const first = sink(name, { ...keysByRegistry, keySchema: '"long"' })
      first.send({ payload: 1, key: 1 })
      await until(() => expect(first.openHolds).toBe(0))
      way.isOpen = false
      const out = sink(name, { ...keysByRegistry, keySchema: '"long"', url: way.url })
      const node = await source(name, { keyFormat: 'registry', url: way.url })
      out.sendAll([2, 3].map((n) => ({ payload: n, key: n })))
      await until(() => {
        expect(node.statuses().at(-1)?.text).toContain('Schema registry')
        expect(out.statuses().at(-1)?.text).toContain('Schema registry')
      })
      expect([payloads(node), out.openHolds, out.isPressing]).toEqual([[], 2, true])
      way.isOpen = true
      await until(() => expect(payloads(node)).toEqual([1, 2, 3]))
      expect([out.openHolds, out.isPressing]).toEqual([0, false])
    })

    test('read Avro of several versions as the latest of the subject', async () => {
      const name = await topic()
      const subject = `${name}-value`
      await askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility: 'NONE' })
      const temperature = { name: 'temp', type: 'int' }
      const old = { name: 'old', type: { type: 'array', items: 'string' } }
      const first = await register(apicurio.url, subject, {
        schema: record(device, old, temperature),
      })
      const latest = await register(apicurio.url, subject, {
        schema: record(
          { name: 'unit', type: 'string', default: 'C' },
          { name: 'temperature', aliases: ['temp'], type: 'double' },
          device,
        ),
      })
      const other = await register(apicurio.url, `${name}-strange`, {
        schema: record(device, { name: 'temp', type: 'string' }),
      })
      const out = sink(name, { format: 'auto' })
      const a = Buffer.from([2, 97])
      out.sendAll(
        [
          framed(first, a, Buffer.from([2, 2, 120, 0]), Buffer.from([42])),
          framed(latest, Buffer.from([2, 70]), Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]), a),
          framed(other, a, Buffer.from([2, 120])),
          framed(first, a, Buffer.from([0]), Buffer.from([44])),
        ].map((payload) => ({ payload })),
      )
      const node = await source(name, { format: 'registry', readAs: 'latest' })
      await until(() => expect(payloads(node)).toHaveLength(3))
      expect(payloads(node)).toEqual([
        { unit: 'C', temperature: 21, device: 'a' },
        { unit: 'F', temperature: 1, device: 'a' },
        { unit: 'C', temperature: 22, device: 'a' },
      ])
      expect(node.failures()).toMatchObject([
        {
          code: 'SCHEMA_UNRESOLVABLE',
          message: expect.stringContaining(
            `Schema ${other} of "${name}-strange" cannot be read as schema ${latest} of "${subject}": Field temperature: what was written as string cannot be read as double`,
          ),
        },
      ])
      const nowhere = await source(name, {
        format: 'registry',
        readAs: 'latest',
        readerSubject: 'unheard-of',
      })
      await until(() => expect(nowhere.failures()).toHaveLength(4))
      expect(nowhere.failures()[0]).toMatchObject({
        code: 'SCHEMA_MISSING',
        message: expect.stringContaining('"unheard-of"'),
      })
    })

    test('are told of a schema that only the newest version would allow', async () => {
      const name = await topic()
      const subject = `${name}-value`
      await askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility: 'NONE' })
      await register(apicurio.url, subject, { schema: '"string"' })
      await register(apicurio.url, subject, { schema: '"int"' })
      const change = (compatibility: string) =>
        askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility })
      const { cluster, registry } = open()
      const own = {
        schemaFrom: 'here',
        schemaType: 'AVRO',
        schema: '"long"',
        registersSchema: true,
      }
      const config = {
        cluster,
        registry,
        topic: () => name,
        format: 'registry',
        subject: '',
        ...own,
      }
      // What the engine hands to a check.
      const check = () => kafkaOut.check?.({ config } as never)
      await change('BACKWARD')
      expect(await check()).toEqual([])
      await change('BACKWARD_TRANSITIVE')
      expect(await check()).toMatchObject([
        { severity: 'error', code: 'SCHEMA_INCOMPATIBLE', field: 'schema' },
      ])
    })
  },
)

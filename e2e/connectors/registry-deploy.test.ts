import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Flow, FlowNode } from '@millrace/flow'
import { startApicurio, startMosquitto } from '@millrace/services'
import type { Apicurio, Mosquitto } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Product, startProduct } from '../browser/product.ts'
import { avro, framed } from './registry-schemas.ts'
import { askRegistry, openWay, register } from './registry-way.ts'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 })

const tick: FlowNode = { id: 'tick', type: 'core/inject', config: {} }

function flowOf(name: string, first: FlowNode, last: FlowNode): Flow {
  const wires = [{ from: { node: first.id, port: 'out' }, to: { node: last.id, port: 'in' } }]
  return { millrace: 1, name, title: name, nodes: [first, last], wires, layout: {} }
}

describeWith(['mosquitto', 'apicurio'], 'flows with a schema registry', () => {
  let mosquitto: Mosquitto
  let apicurio: Apicurio
  let product: Product

  beforeAll(async () => {
    ;[mosquitto, apicurio, product] = await Promise.all([
      startMosquitto(),
      startApicurio(),
      startProduct(),
    ])
    const { api } = product
    const broker = { host: '127.0.0.1', port: mosquitto.port, session: 'persistent' }
    await api.connect({ id: 'broker', type: 'mqtt/connection', name: 'Broker', config: broker })
    const cluster = { brokers: '127.0.0.1:1' }
    await api.connect({ id: 'kafka', type: 'kafka/connection', name: 'Kafka', config: cluster })
    await reach(apicurio.url)
  }, 180_000)
  afterAll(async () => {
    await product.stop()
    await Promise.all([mosquitto.stop(), apicurio.stop()])
  })

  const reach = (url: string) =>
    product.api.connect({ id: 'registry', type: 'kafka/registry', name: 'R', config: { url } })

  const own = { format: 'registry', registry: 'registry', schemaFrom: 'here' }
  const outs: readonly (readonly [string, (subject: string) => FlowNode['config']])[] = [
    ['mqtt/out', (subject) => ({ broker: 'broker', topic: 'x', subject, ...own })],
    ['kafka/out', (subject) => ({ cluster: 'kafka', topic: subject.slice(0, -6), ...own })],
    ['kafka/encode', (subject) => ({ subject, registry: 'registry', schemaFrom: 'here' })],
  ]

  test.each(outs)(
    'keep %s from being deployed with a schema that the registry refuses',
    async (type, configOf) => {
      const name = type.replace('/', '-')
      const subject = `${name}-value`
      await register(apicurio.url, subject, { schema: avro })
      await askRegistry(apicurio.url, 'PUT', `/config/${subject}`, { compatibility: 'BACKWARD' })
      const end = (schema: string, more: object = {}): FlowNode => ({
        id: 'end',
        type,
        name: 'The end',
        config: { ...configOf(subject), schema, registersSchema: true, ...more },
      })
      const { api } = product
      const first = await api.deploy(flowOf(name, tick, end(avro)))
      expect(first.deployment).toMatchObject({ state: 'running', version: 1 })
      const changed = avro.replace('"string"', '"int"')
      const flow = flowOf(name, tick, end(changed))
      await api.ask('PUT', `/flows/${name}`, { flow })
      const answer = await fetch(`${product.url}/api/flows/${name}/deploy`, { method: 'POST' })
      const body = (await answer.json()) as { problems: unknown }
      expect(answer.status).toBe(422)
      expect(body.problems).toMatchObject([
        {
          severity: 'error',
          code: 'SCHEMA_INCOMPATIBLE',
          node: 'end',
          field: 'schema',
          message: expect.stringContaining(`"${subject}"`),
        },
      ])
      // What ran goes on, and nothing was registered.
      expect((await api.flow(name)).deployment).toMatchObject({ state: 'running', version: 1 })
      const versions = await askRegistry(apicurio.url, 'GET', `/subjects/${subject}/versions`)
      expect(versions).toEqual([1])
      const unit = { name: 'unit', type: 'string', default: 'C' }
      const parsed = JSON.parse(avro) as { fields: unknown[] }
      const wider = JSON.stringify({ ...parsed, fields: [...parsed.fields, unit] })
      await api.ask('PUT', `/flows/${name}`, { flow: flowOf(name, tick, end(wider)) })
      const second = await api.ask('POST', `/flows/${name}/deploy`, {})
      expect(second).toMatchObject({ deployment: { version: 2 }, problems: [] })
      await api.ask('POST', `/flows/${name}/stop`)
    },
  )

  test('say that keys would be refused, at the field that holds their schema', async () => {
    await register(apicurio.url, 'keyed-key', { schema: '"string"' })
    await askRegistry(apicurio.url, 'PUT', '/config/keyed-key', { compatibility: 'BACKWARD' })
    const keys = { keyFormat: 'registry', keySchemaFrom: 'here', keySchema: '"int"' }
    const config = { cluster: 'kafka', topic: 'keyed', registry: 'registry', ...keys }
    const flow = flowOf('keyed', tick, { id: 'end', type: 'kafka/out', config })
    await expect(product.api.deploy(flow)).rejects.toThrow(/422 .*"field":"keySchema"/)
  })

  test('are not run from a file with a schema that the registry refuses', async () => {
    await register(apicurio.url, 'from-file-value', { schema: '"string"' })
    await askRegistry(apicurio.url, 'PUT', '/config/from-file-value', { compatibility: 'FULL' })
    const subject = 'from-file-value'
    const config = { broker: 'broker', topic: 'x', subject, ...own, schema: '"int"' }
    const flow = flowOf('from-file', tick, { id: 'end', type: 'mqtt/out', config })
    const listed = (await product.api.ask('GET', '/connections')) as { connections: unknown }
    const file = join(product.userDirectory, 'from-file.json')
    await writeFile(file, JSON.stringify({ millrace: 1, flows: [flow], ...listed }))
    const { code, stderr } = await millrace('run', file)
    expect([code, stderr]).toEqual([1, expect.stringContaining('(SCHEMA_INCOMPATIBLE)')])
  })

  test('are deployed while the registry is away, and say that it could not be asked', async () => {
    const way = await openWay(apicurio.url)
    way.isOpen = false
    opened.push(async () => {
      await reach(apicurio.url)
      await way.stop()
    })
    await reach(way.url)
    const config = { broker: 'broker', topic: 'x', subject: 's-value', schema: avro, ...own }
    const flow = flowOf('away', tick, { id: 'end', type: 'mqtt/out', config })
    const result = await product.api.deploy(flow)
    expect(result.deployment.state).toBe('running')
    expect(result.problems).toMatchObject([
      { severity: 'warning', code: 'REGISTRY_UNREACHABLE', node: 'end' },
    ])
    await product.api.ask('POST', '/flows/away/stop')
  })

  test('lose nothing that MQTT in acknowledged while the registry was away and the engine was killed', async () => {
    const id = await register(apicurio.url, 'numbers-value', { schema: '"long"' })
    const way = await openWay(apicurio.url)
    way.isOpen = false
    opened.push(async () => {
      await reach(apicurio.url)
      await way.stop()
    })
    await reach(way.url)
    const source = { broker: 'broker', topic: 'numbers', qos: '1', ...own }
    const flow = flowOf(
      'numbers',
      { id: 'in', type: 'mqtt/in', config: source },
      { id: 'out', type: 'file/out', config: { path: 'numbers.jsonl' } },
    )
    await product.api.deploy(flow)
    const publisher = await connectAsync(mosquitto.url, { protocolVersion: 5 })
    opened.push(() => publisher.endAsync(true))
    const publish = (from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, at) =>
          publisher.publishAsync('numbers', framed(id, zigzag(from + at)), { qos: 1 }),
        ),
      )
    // Until somebody subscribes, for whom the broker keeps what follows.
    await until(async () => {
      const answer = await publisher.publishAsync('numbers', 'probe', { qos: 1 })
      expect(answer).not.toMatchObject({ reasonCode: noSubscribers })
    })
    const since = Date.now()
    await publish(0, 300)
    // Some of it is stored as waiting in the node, some is in the log, some may be with the broker.
    await storedAfter(since)
    await killEngine()
    await publish(300, 500)
    await killEngine()
    // Somebody mends the address: the node that takes the place of this one goes on with it all.
    await reach(apicurio.url)
    await product.api.ask('POST', '/flows/numbers/deploy', {})
    const all = Array.from({ length: 500 }, (_, n) => n)
    await until(async () => {
      const text = await readFile(join(product.userDirectory, 'files', 'numbers.jsonl'), 'utf8')
      const lines = text.split('\n').filter((line) => line !== '')
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(all)
    })
  })

  async function killEngine(): Promise<void> {
    const before = await product.engineProcesses()
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await until(async () => {
      expect((await product.api.flow('numbers')).deployment.state).toBe('running')
      const now = await product.engineProcesses()
      expect(now.some((pid) => !before.includes(pid))).toBe(true)
    })
  }

  async function storedAfter(since: number): Promise<void> {
    await until(async () => {
      const { deployment } = await product.api.flow('numbers')
      expect(deployment.durability?.lastEpochAt ?? 0).toBeGreaterThan(since)
    })
  }
})

/** What a broker of version 5 acknowledges with when nobody gets the message. */
const noSubscribers = 0x10

const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url))

function millrace(...args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}

function zigzag(value: number): Uint8Array {
  const bytes: number[] = []
  for (let left = value * 2; ; left >>>= 7) {
    if (left < 0x80) return Uint8Array.from([...bytes, left])
    bytes.push((left & 0x7f) | 0x80)
  }
}

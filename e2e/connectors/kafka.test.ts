import { createServer } from 'node:http'
import { kafkaConnection, kafkaIn, kafkaOut } from '@millrace/nodes-kafka'
import type { Message } from '@millrace/sdk'
import { Producer } from '@platformatic/kafka'
import { openConnection, realTime, run, testConnection } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import { describeWith } from '@millrace/services/vitest'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

const time = realTime(globalThis)
const until = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 5 })

type Config = Readonly<Record<string, unknown>>

function connect(config: Config) {
  const connection = openConnection(kafkaConnection, config, { time })
  opened.push(() => connection.close())
  return connection.handle
}

const plainTime = {
  eventTime: (message: Message) => message['timestamp'],
  partition: (message: Message) => message['partition'],
}

function source(config: Config, options: Parameters<typeof run>[2] = {}): TestRun {
  const node = run(kafkaIn, { ...plainTime, fetchWaitMs: 50, ...config }, { time, ...options })
  opened.push(async () => {
    await node.stop()
    await node.close()
  })
  return node
}

function sink(config: Config, options: Parameters<typeof run>[2] = {}): TestRun {
  const key = (message: Message) => message.key
  const node = run(kafkaOut, { key, ...config }, { time, ...options })
  opened.push(() => node.close())
  return node
}

const fixed = (topic: string) => () => topic
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    payload: { n: from + at },
    key: `device-${(from + at) % 10}`,
    time: 1_700_000_000_000 + from + at,
  }))
const numbersOf = (messages: readonly Message[]): number[] =>
  messages.map(({ payload }) => (payload as { n: number }).n)
const sorted = (numbers: readonly number[]) => numbers.toSorted((one, other) => one - other)
const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)

describeWith(['kafka', 'kcat', 'openssl'], 'Kafka nodes', () => {
  const user = { name: 'plant', password: 'a-right-password' }
  let kafka: Kafka
  let made = 0

  beforeAll(async () => {
    kafka = await startKafka({ user, hasTls: true })
  }, 120_000)
  afterAll(() => kafka.stop())

  async function topic(options: Parameters<Kafka['createTopic']>[1] = {}): Promise<string> {
    made += 1
    const name = `topic-${made}`
    await kafka.createTopic(name, options)
    return name
  }

  const cluster = () => connect({ brokers: kafka.address })

  test('write what others read, and read what others wrote, each in its order', async () => {
    const name = await topic({ partitions: 3 })
    const headers = [{ name: 'site', value: () => 'north' }]
    const out = sink({ cluster: cluster(), topic: fixed(name), headers, compression: 'lz4' })
    out.sendAll(numbered(5_000))
    await until(() => expect(out.openHolds).toBe(0))
    expect(out.failures()).toEqual([])
    const written = await kafka.read(name)
    expect(sorted(written.map(({ value }) => JSON.parse(value ?? '').n))).toEqual(range(5_000))
    for (const of of Map.groupBy(written, ({ key }) => key).values()) {
      const numbers = of.map(({ value }) => JSON.parse(value ?? '').n as number)
      expect(numbers).toEqual(sorted(numbers))
    }
    expect(written[0]).toMatchObject({ headers: { site: 'north' } })
    // kcat chooses partitions as Kafka's own clients do.
    await kafka.write(name, [{ key: 'device-3', value: '{"n":-1}' }])
    const again = await kafka.read(name)
    const partitionsOf3 = again.filter(({ key }) => key === 'device-3').map((one) => one.partition)
    expect(new Set(partitionsOf3).size).toBe(1)

    const node = source({ cluster: cluster(), topic: name })
    await node.start()
    await until(() => expect(node.emitted('out')).toHaveLength(5_001))
    expect(sorted(numbersOf(node.emitted('out')))).toEqual(range(5_001, -1))
    const seen = node.emitted('out').find(({ payload }) => (payload as { n: number }).n === 17)
    expect(seen).toMatchObject({
      topic: name,
      key: 'device-7',
      timestamp: 1_700_000_000_017,
      headers: { site: 'north' },
    })
    await until(() => expect(node.statuses().at(-1)?.text).toBe(`Reads ${name} 0–2 · 0 behind`))
  })

  test.each(['gzip', 'snappy', 'zstd'])('write batches that others unpack: %s', async (how) => {
    const name = await topic()
    const out = sink({ cluster: cluster(), topic: fixed(name), compression: how })
    out.sendAll(numbered(300))
    await until(() => expect(out.openHolds).toBe(0))
    expect((await kafka.read(name)).map(({ value }) => JSON.parse(value ?? '').n)).toEqual(
      range(300),
    )
    const node = source({ cluster: cluster(), topic: name })
    await node.start()
    await until(() => expect(numbersOf(node.emitted('out'))).toEqual(range(300)))
  })

  test('carry empty, binary, large and missing values', async () => {
    const name = await topic({ settings: { 'max.message.bytes': '3000000' } })
    const large = Buffer.alloc(2_000_000, 0xfe)
    const values = ['', Buffer.from([0, 255, 254, 1]), large, null, 'text', 5, true, { a: [1] }]
    const out = sink({ cluster: cluster(), topic: fixed(name), messageBytesMax: 3_000_000 })
    for (const payload of values) out.send({ payload, time: 1 })
    await until(() => expect(out.openHolds).toBe(0))
    expect(out.failures()).toEqual([])
    const node = source({ cluster: cluster(), topic: name })
    await node.start()
    await until(() => expect(node.emitted('out')).toHaveLength(values.length))
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual(values)
  })

  test('let a poison record leave by the error port as it is, and go on behind it', async () => {
    const name = await topic()
    await kafka.write(name, [
      { value: '{"torn' },
      { value: '{"n":1}' },
      { value: 'x' },
      { value: '{"n":2}' },
    ])
    const node = source({ cluster: cluster(), topic: name, format: 'json' })
    await node.start()
    await until(() => expect(numbersOf(node.emitted('out'))).toEqual([1, 2]))
    expect(node.failures()).toMatchObject([
      { code: 'KAFKA_PAYLOAD_NOT_JSON', original: { payload: Buffer.from('{"torn'), offset: 0 } },
      { code: 'KAFKA_PAYLOAD_NOT_JSON', original: { payload: Buffer.from('x'), offset: 2 } },
    ])
    expect(node.failures()[0]?.message).toContain(`${name}/0, offset 0`)
  })

  test('begin with the oldest, the newest or a time', async () => {
    const name = await topic()
    const out = sink({ cluster: cluster(), topic: fixed(name) })
    out.sendAll(numbered(100))
    await until(() => expect(out.openHolds).toBe(0))
    const startTime = new Date(1_700_000_000_090).toISOString()
    const begin = (group: string, more: Config) =>
      source({ cluster: cluster(), topic: name, group: `${name}-${group}`, ...more })
    const oldest = begin('oldest', {})
    const newest = begin('newest', { startAt: 'latest' })
    const fromTime = begin('time', { startAt: 'time', startTime })
    const fromFuture = begin('future', { startAt: 'time', startTime: '2100-01-01T00:00:00Z' })
    const all = [oldest, newest, fromTime, fromFuture]
    await Promise.all(all.map((node) => node.start()))
    await until(() => {
      for (const node of all) expect(node.statuses().at(-1)?.text).toContain('0 behind')
    })
    out.send({ payload: { n: 100 }, time: 1_700_000_000_100 })
    await until(() => expect(numbersOf(newest.emitted('out'))).toEqual([100]))
    await until(() => expect(numbersOf(fromFuture.emitted('out'))).toEqual([100]))
    await until(() => expect(numbersOf(fromTime.emitted('out'))).toEqual(range(11, 90)))
    await until(() => expect(oldest.emitted('out')).toHaveLength(101))
  })

  test('go on after a crash where the epoch was, and tell the group once it is stored', async () => {
    const name = await topic({ partitions: 2 })
    const out = sink({ cluster: cluster(), topic: fixed(name) })
    out.sendAll(numbered(100))
    const config = { topic: name, group: `${name}-crash` }
    const first = source({ cluster: cluster(), ...config }, { isDurable: true })
    await first.start()
    await until(() => expect(first.emitted('out')).toHaveLength(100))
    first.epoch()
    const stored = first.snapshot()
    out.sendAll(numbered(50, 100))
    await until(() => expect(first.emitted('out')).toHaveLength(150))

    // The same member comes back from the stored state, without waiting for its former self.
    const second = source({ cluster: cluster(), ...config }, { isDurable: true, snapshot: stored })
    await second.start()
    await until(() => expect(second.emitted('out')).toHaveLength(50))
    expect(sorted(numbersOf(second.emitted('out')))).toEqual(range(50, 100))
    second.epoch()
    await second.stop()
    await second.close()
    const third = source({ cluster: cluster(), ...config })
    await third.start()
    await until(() => expect(third.statuses().at(-1)?.text).toContain('0 behind'))
    expect(third.emitted('out')).toEqual([])
  })

  test('share partitions among members, and lose nothing when one of them goes', async () => {
    const name = await topic({ partitions: 4 })
    const config = { topic: name, group: `${name}-shared`, sessionTimeoutMs: 6_000 }
    const out = sink({ cluster: cluster(), topic: fixed(name) })
    const first = source({ cluster: cluster(), ...config })
    await first.start()
    await until(() => expect(first.statuses().at(-1)?.text).toContain('0–3'))
    out.sendAll(numbered(200))
    await until(() => expect(first.emitted('out')).toHaveLength(200))
    const second = source({ cluster: cluster(), ...config })
    await second.start()
    await until(() => {
      const shares = [first, second].map((node) => node.statuses().at(-1)?.text)
      expect(shares.filter((share) => share?.includes('0–1'))).toHaveLength(1)
      expect(shares.filter((share) => share?.includes('2–3'))).toHaveLength(1)
    })
    out.sendAll(numbered(200, 200))
    const both = () => [...first.emitted('out'), ...second.emitted('out')]
    await until(() => expect(both()).toHaveLength(400))
    expect(second.emitted('out').length).toBeGreaterThan(0)
    await first.stop()
    await first.close()
    out.sendAll(numbered(200, 400))
    await until(() => expect(new Set(numbersOf(both())).size).toBe(600))
    expect(sorted(numbersOf(both()))).toEqual(range(600))
  })

  test('wait while they cannot go on, and say why: no such topic', async () => {
    const node = source({ cluster: cluster(), topic: 'not-yet' })
    await node.start()
    await until(() => expect(node.statuses().at(-1)?.text).toContain('no topic "not-yet"'))
    const out = sink({ cluster: cluster(), topic: fixed('not-yet') })
    out.send({ payload: { n: 1 }, time: 1 })
    await until(() => expect(out.statuses().at(-1)?.text).toContain('no topic "not-yet"'))
    await kafka.createTopic('not-yet')
    await until(() => expect(out.openHolds).toBe(0))
    await until(() => expect(numbersOf(node.emitted('out'))).toEqual([1]))
    await until(() => expect(node.statuses().at(-1)?.state).toBe('ok'))
  })

  test('go on when their topic is deleted and made anew', async () => {
    const name = await topic()
    const out = sink({ cluster: cluster(), topic: fixed(name) })
    const node = source({ cluster: cluster(), topic: name })
    await node.start()
    out.sendAll(numbered(20))
    await until(() => expect(node.emitted('out')).toHaveLength(20))
    await kafka.deleteTopic(name)
    await until(() => expect(node.statuses().at(-1)?.text).toContain(`no topic "${name}"`))
    out.send({ payload: { n: 20 }, time: 1 })
    await until(() => expect(out.statuses().at(-1)?.text).toContain(`no topic "${name}"`))
    await kafka.createTopic(name)
    await until(() => expect(out.openHolds).toBe(0))
    await until(() => expect(numbersOf(node.emitted('out'))).toEqual(range(21)))
    expect([...node.failures(), ...out.failures()]).toEqual([])
  })

  test('read messages of transactions once they are committed, and of others never', async () => {
    const name = await topic()
    const producer = new Producer({
      clientId: 'other',
      bootstrapBrokers: [kafka.address],
      idempotent: true,
      transactionalId: `other-${name}`,
      // Otherwise the library asks for a producer of number 0.
      producerId: -1n,
      producerEpoch: -1,
    })
    opened.push(() => producer.close())
    const committed = source({ cluster: cluster(), topic: name, group: `${name}-1` })
    const all = source({
      cluster: cluster(),
      topic: name,
      group: `${name}-2`,
      isolation: 'uncommitted',
    })
    await Promise.all([committed.start(), all.start()])
    let next = 0
    for (const ends of ['commit', 'abort', 'abort', 'commit'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 })
      const values = range(3, next).map((n) => Buffer.from(JSON.stringify({ n })))
      next += 3
      // oxlint-disable-next-line no-await-in-loop
      await transaction.send({ messages: values.map((value) => ({ topic: name, value })) })
      // oxlint-disable-next-line no-await-in-loop
      await until(() => expect(all.emitted('out')).toHaveLength(next))
      // oxlint-disable-next-line no-await-in-loop
      await transaction[ends]()
    }
    await until(() => expect(numbersOf(committed.emitted('out'))).toEqual([0, 1, 2, 9, 10, 11]))
    expect(numbersOf(all.emitted('out'))).toEqual(range(12))
  })

  test('let only the message that is refused leave by the error port', async () => {
    const name = await topic({ settings: { 'max.message.bytes': '20000' } })
    const out = sink({ cluster: cluster(), topic: fixed(name) })
    const messages = numbered(40).map((message) => ({
      ...message,
      payload: { n: message.payload.n, pad: 'x'.repeat(1_000) },
    }))
    out.sendAll([...messages, { payload: 'y'.repeat(30_000) }, { payload: 'z', key: 'end' }])
    await until(() => expect(out.openHolds).toBe(0))
    expect(out.failures()).toMatchObject([{ code: 'KAFKA_TOO_LARGE' }])
    expect(out.failures()[0]?.message).toContain('max.message.bytes')
    expect(await kafka.read(name)).toHaveLength(41)
    const bad = sink({ cluster: cluster(), topic: (message: Message) => String(message.topic) })
    bad.send({ payload: 1, topic: 'a/b' })
    expect(bad.failures()).toMatchObject([{ code: 'KAFKA_BAD_TOPIC' }])
  })

  test('let records of times that the broker refuses leave by the error port, and write the others', async () => {
    const hourMs = 3_600_000
    const settings = { 'message.timestamp.after.max.ms': String(hourMs) }
    const name = await topic({ settings })
    const out = sink({ cluster: cluster(), topic: fixed(name), timestamp: 'event' })
    const now = Date.now()
    const ahead = { payload: { n: 99 }, time: now + 24 * hourMs }
    const good = range(10).map((n) => ({ payload: { n }, time: now }))
    out.sendAll([...good.slice(0, 5), ahead, ...good.slice(5)])
    await until(() => expect(out.openHolds).toBe(0))
    expect(out.failures()).toMatchObject([
      { code: expect.stringMatching(/^KAFKA_/), original: { payload: { n: 99 } } },
    ])
    expect(out.failures()[0]?.message).toMatch(/time/i)
    const written = await kafka.read(name)
    const numbers = written.map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n)
    expect(sorted(numbers)).toEqual(range(10))
  })

  test('speak TLS to a broker that asks for no sign-in', async () => {
    const name = await topic()
    const secure = { brokers: kafka.tlsAddress, transport: 'tls', ca: kafka.authority }
    const out = sink({ cluster: connect(secure), topic: fixed(name) })
    const node = source({ cluster: connect(secure), topic: name })
    await node.start()
    out.sendAll(numbered(10))
    await until(() => expect(numbersOf(node.emitted('out'))).toEqual(range(10)))
  })

  test.each([
    ['plain', { signIn: 'plain', username: user.name, password: user.password }],
    ['scram-sha-256', { signIn: 'scram-sha-256', username: user.name, password: user.password }],
    ['scram-sha-512', { signIn: 'scram-sha-512', username: user.name, password: user.password }],
    ['oauthbearer', { signIn: 'oauthbearer', tokenFrom: 'fixed', token: unsignedToken() }],
  ])('sign in with %s, with TLS and without', async (_how, signIn) => {
    const name = await topic()
    const secure = { transport: 'tls', ca: kafka.authority }
    const plain = { brokers: kafka.saslAddress, ...signIn }
    const tls = { brokers: kafka.saslTlsAddress, ...secure, ...signIn }
    for (const connection of [plain, tls]) {
      const out = sink({ cluster: connect(connection), topic: fixed(name) })
      out.send({ payload: { n: 1 }, time: 1 })
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await until(() => expect(out.openHolds).toBe(0))
    }
    expect(await kafka.read(name)).toHaveLength(2)
    const steps = await testConnection(kafkaConnection, tls, { time })
    expect(steps.map(({ outcome }) => outcome)).not.toContain('failed')
    expect(steps.map(({ step }) => step)).toEqual([
      'Name',
      'TCP connection',
      'TLS certificate',
      'Sign-in',
      'Brokers',
      'Topics',
      'Consumer groups',
      'First message',
    ])
    expect(steps.at(-1)).toMatchObject({
      outcome: 'passed',
      text: expect.stringMatching(/^Read one of \d+ bytes from \S+, partition \d+$/),
    })
  })

  test('sign in with tokens of a token server, and say what it says', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        asked.push(`${request.headers.authorization} ${String(Buffer.concat(chunks))}`)
        const isRight = request.headers.authorization === `Basic ${btoa('us:right')}`
        response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
        const good = { access_token: unsignedToken(), expires_in: 3_600 }
        response.end(JSON.stringify(isRight ? good : { error: 'invalid_client' }))
      })
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    opened.push(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const name = await topic()
    const connection = {
      brokers: kafka.saslAddress,
      signIn: 'oauthbearer',
      tokenUrl: `http://127.0.0.1:${port}/token`,
      tokenClientId: 'us',
      tokenScope: 'kafka',
    }
    const good = sink({
      cluster: connect({ ...connection, tokenClientSecret: 'right' }),
      topic: fixed(name),
    })
    good.send({ payload: { n: 1 }, time: 1 })
    await until(() => expect(good.openHolds).toBe(0))
    expect(asked).toEqual([`Basic ${btoa('us:right')} grant_type=client_credentials&scope=kafka`])
    const bad = sink({
      cluster: connect({ ...connection, tokenClientSecret: 'wrong' }),
      topic: fixed(name),
    })
    bad.send({ payload: { n: 2 }, time: 1 })
    await until(() => expect(bad.statuses().at(-1)?.text).toContain('it says invalid_client'))
  })

  test.each<[string, () => Config, string, RegExp]>([
    ['a name that leads nowhere', () => ({ brokers: 'nowhere.invalid:9092' }), 'Name', /Brokers/],
    ['a port where nothing is', () => ({ brokers: '127.0.0.1:1' }), 'TCP connection', /Brokers/],
    [
      'a wrong password',
      () => ({ brokers: kafka.saslAddress, signIn: 'plain', username: user.name, password: 'x' }),
      'Sign-in',
      /refused the sign-in.*password/,
    ],
    [
      'a wrong password with SCRAM',
      () => ({
        brokers: kafka.saslAddress,
        signIn: 'scram-sha-256',
        username: user.name,
        password: 'x',
      }),
      'Sign-in',
      /refused the sign-in.*password/,
    ],
    [
      'no sign-in where one is wanted',
      () => ({ brokers: kafka.saslAddress }),
      'Sign-in',
      /sign-in, choose that here/,
    ],
    [
      'a certificate that is not trusted',
      () => ({ brokers: kafka.tlsAddress, transport: 'tls' }),
      'TLS certificate',
      /Certificate authority/,
    ],
    [
      'TLS where there is none',
      () => ({ brokers: kafka.address, transport: 'tls', ca: kafka.authority }),
      'TLS certificate',
      /Transport/,
    ],
    ['no TLS where it is wanted', () => ({ brokers: kafka.tlsAddress }), 'Sign-in', /TLS/],
  ])('say what to change: %s', async (_what, config, step, sentence) => {
    const given = { connectTimeoutMs: 2_000, ...config() }
    const steps = await testConnection(kafkaConnection, given, { time })
    const failed = steps.find(({ outcome }) => outcome === 'failed')
    expect(failed).toMatchObject({ step, text: expect.stringMatching(sentence) })
    const node = source({ cluster: connect(given), topic: 'any' })
    await node.start()
    await until(() => expect(node.statuses().at(-1)?.state).toBe('error'))
  })
})

function unsignedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'none' })}.${part({ sub: 'plant', iat: now - 5, exp: now + 3_600 })}.`
}

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Admin, Producer } from '@platformatic/kafka'
import { makeCertificate } from './certificate.ts'
import { jarsOf } from './maven.ts'
import { programOf } from './program.ts'
import { startService, type Service } from './service.ts'
import { isListening, until } from './until.ts'

export interface KafkaOptions {
  readonly port?: number
  /** Also listens with SASL: PLAIN, SCRAM-SHA-256 and -512 for this user, OAUTHBEARER with unsigned tokens. */
  readonly user?: { readonly name: string; readonly password: string }
  /** Also listens with TLS, and with both where there is a user, with a certificate of its own making. */
  readonly hasTls?: boolean
  /** Memory that it may use; little when absent. */
  readonly heap?: string
  /** More lines for its configuration file. */
  readonly configuration?: readonly string[]
}

export interface Kafka extends Service {
  /** Such as `127.0.0.1:29092`, without TLS or sign-in. */
  readonly address: string
  /** `undefined` without a user. */
  readonly saslAddress: string | undefined
  /** `undefined` without `hasTls`. */
  readonly tlsAddress: string | undefined
  /** TLS and SASL; `undefined` without both. */
  readonly saslTlsAddress: string | undefined
  /** What a client must trust to come in by TLS, as PEM text. */
  readonly authority: string | undefined
  createTopic(name: string, options?: TopicOptions): Promise<void>
  deleteTopic(name: string): Promise<void>
  /** Writes text as kcat does: to one partition, or by the key. */
  write(topic: string, records: readonly WrittenRecord[], partition?: number): Promise<void>
  /** Writes one value as it is. */
  writeRaw(topic: string, value: Uint8Array): Promise<void>
  /** Everything that a reader of committed messages finds in a topic, as kcat tells it. */
  read(topic: string): Promise<ReadRecord[]>
}

export interface TopicOptions {
  readonly partitions?: number
  readonly settings?: Readonly<Record<string, string>>
}

/** A record as text; with a key that has no line break or tab. */
export interface WrittenRecord {
  readonly key?: string
  readonly value: string
}

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string | null>>
}

const bootMs = 60_000

/** A Kafka of one node on the loopback interface: broker and controller in one (KRaft). */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  let authority: string | undefined
  const service = await startService({
    name: 'kafka',
    portCount: 5,
    port: options.port,
    startWithinMs: bootMs,
    async prepare(folder, ports) {
      const file = join(folder, 'server.properties')
      if (options.hasTls) authority = await makeKeyStore(folder)
      await writeFile(file, `${configure(folder, ports, options).join('\n')}\n`)
      await format(file, options)
      return [...javaArguments(options.heap ?? '256m'), 'kafka.Kafka', file]
    },
    isReady: ([port = 0]) => isListening(port),
  })
  const [port, , saslPort, tlsPort, saslTlsPort] = service.ports
  const address = `127.0.0.1:${port}`
  const restart = service.restart.bind(service)
  const kafka = Object.assign(service, {
    async restart() {
      await restart()
      await takesPart(service)
    },
    address,
    saslAddress: options.user && `127.0.0.1:${saslPort}`,
    tlsAddress: options.hasTls ? `localhost:${tlsPort}` : undefined,
    saslTlsAddress: options.user && options.hasTls ? `localhost:${saslTlsPort}` : undefined,
    authority,
    createTopic: (name: string, topic: TopicOptions = {}) => createTopic(address, name, topic),
    deleteTopic: (name: string) =>
      withAdmin(address, (admin) => admin.deleteTopics({ topics: [name] })),
    write: (topic: string, records: readonly WrittenRecord[], partition?: number) =>
      write(address, topic, { records, partition }),
    writeRaw: (topic: string, value: Uint8Array) => writeRaw(address, topic, value),
    read: (topic: string) => read(address, topic),
  })
  await takesPart(service)
  return kafka
}

/** It listens a little before it takes part. */
async function takesPart(kafka: Service): Promise<void> {
  await until(
    () => {
      if (!kafka.isRunning()) throw new Error(`kafka ended: ${kafka.log()}`)
      return kafka.log().includes('Kafka Server started')
    },
    { timeoutMs: bootMs, what: 'a Kafka that has started' },
  )
}

async function withAdmin(address: string, run: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [address] })
  try {
    await run(admin)
  } finally {
    await admin.close()
  }
}

function createTopic(
  address: string,
  name: string,
  { partitions = 1, settings = {} }: TopicOptions,
): Promise<void> {
  const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }))
  return withAdmin(address, (admin) =>
    admin.createTopics({ topics: [name], partitions, replicas: 1, configs }),
  )
}

async function write(
  address: string,
  topic: string,
  given: { readonly records: readonly WrittenRecord[]; readonly partition: number | undefined },
): Promise<void> {
  const { records, partition } = given
  const lines = records.map(({ key, value }) => `${key ?? ''}\t${value}\n`)
  const to = partition === undefined ? [] : ['-p', String(partition)]
  await kcat(
    ['-b', address, '-P', '-t', topic, ...to, '-K', '\t', '-Z', '-X', 'partitioner=murmur2_random'],
    lines.join(''),
  )
}

async function writeRaw(address: string, topic: string, value: Uint8Array): Promise<void> {
  const producer = new Producer({ clientId: 'tests', bootstrapBrokers: [address] })
  try {
    await producer.send({ acks: -1, messages: [{ topic, value: Buffer.from(value) }] })
  } finally {
    await producer.close()
  }
}

async function read(address: string, topic: string): Promise<ReadRecord[]> {
  const options = ['-X', 'isolation.level=read_committed', '-X', 'check.crcs=true']
  const output = await kcat(['-b', address, '-C', '-t', topic, '-e', '-q', '-J', ...options])
  const lines = output.split('\n').filter((line) => line !== '')
  // One record a line, in the shape that kcat documents.
  return lines.map((line) => recordOf(JSON.parse(line) as KcatRecord))
}

interface KcatRecord {
  readonly partition: number
  readonly offset: number
  readonly ts: number
  readonly key: string | null
  readonly payload: string | null
  readonly headers?: readonly (string | null)[]
}

function recordOf({ partition, offset, ts, key, payload, headers = [] }: KcatRecord): ReadRecord {
  const named: Record<string, string | null> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at] ?? ''] = headers[at + 1] ?? null
  return { partition, offset, timestamp: ts, key, value: payload, headers: named }
}

function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = execFile(programOf('kcat'), args, { maxBuffer: 2 ** 30 })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let [output, complaint] = ['', '']
  child.stdout?.on('data', (text: string) => (output += text))
  child.stderr?.on('data', (text: string) => (complaint += text))
  child.once('error', reject)
  child.once('close', (code) => {
    if (code === 0) resolve(output)
    else reject(new Error(`kcat: ${complaint}`))
  })
  child.stdin?.end(input)
  return promise
}

function javaArguments(heap: string): string[] {
  const log = 'org.slf4j.simpleLogger'
  return [
    `-Xmx${heap}`,
    // It lives for seconds and shares the machine with a browser.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xshare:auto',
    `-D${log}.defaultLogLevel=warn`,
    `-D${log}.log.kafka.server.KafkaRaftServer=info`,
    '-cp',
    join(jarsOf('kafka'), '*'),
  ]
}

/** Makes its folder one of a new cluster. A folder that was used is left as it is. */
async function format(file: string, { user }: KafkaOptions): Promise<void> {
  // With a zero before it, as one that began with a dash would be taken for an option.
  const id = Buffer.from([0, ...randomBytes(15)]).toString('base64url')
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
    user === undefined
      ? []
      : ['--add-scram', `${mechanism}=[name=${user.name},password=${user.password}]`],
  )
  const options = ['format', '--ignore-formatted', '-t', id, '-c', file, ...users]
  const command = [...javaArguments('128m'), 'kafka.tools.StorageTool', ...options]
  await promisify(execFile)(programOf('kafka'), command)
}

function configure(
  folder: string,
  ports: readonly number[],
  { user, hasTls, configuration = [] }: KafkaOptions,
): string[] {
  const names = ['PLAINTEXT', 'CONTROLLER', 'SASL_PLAINTEXT', 'SSL', 'SASL_SSL']
  const isUsed = [true, true, user !== undefined, hasTls, user !== undefined && hasTls]
  const listeners = names.flatMap((name, at) =>
    isUsed[at] ? [`${name}://${at < 3 ? '127.0.0.1' : 'localhost'}:${ports[at]}`] : [],
  )
  const advertised = listeners.filter((listener) => !listener.startsWith('CONTROLLER'))
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports[1]}`,
    `listeners=${listeners.join(',')}`,
    `advertised.listeners=${advertised.join(',')}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `listener.security.protocol.map=${names.map((name) => `${name}:${name === 'CONTROLLER' ? 'PLAINTEXT' : name}`).join(',')}`,
    `log.dirs=${join(folder, 'logs')}`,
    ...small,
    ...saslLines(user),
    ...(hasTls ? ['ssl.keystore.type=PEM', `ssl.keystore.location=${keyStoreOf(folder)}`] : []),
    ...configuration,
  ]
}

/** One node, quick to start, and quick to be let in again after it was killed. */
const small = [
  'auto.create.topics.enable=false',
  'broker.session.timeout.ms=3000',
  'broker.heartbeat.interval.ms=500',
  'controlled.shutdown.enable=false',
  'group.initial.rebalance.delay.ms=0',
  'group.min.session.timeout.ms=1000',
  'num.network.threads=2',
  'num.io.threads=2',
  'log.cleaner.enable=false',
  // Tests write times of long ago, and records as old as those would be deleted.
  'log.retention.ms=-1',
  'offsets.topic.num.partitions=2',
  'offsets.topic.replication.factor=1',
  'offsets.topic.segment.bytes=10485760',
  'transaction.state.log.num.partitions=2',
  'transaction.state.log.replication.factor=1',
  'transaction.state.log.min.isr=1',
  'share.coordinator.state.topic.num.partitions=1',
  'share.coordinator.state.topic.replication.factor=1',
  'share.coordinator.state.topic.min.isr=1',
]

function saslLines(user: KafkaOptions['user']): string[] {
  if (user === undefined) return []
  const modules = 'org.apache.kafka.common.security'
  const plain = `${modules}.plain.PlainLoginModule required user_${user.name}="${user.password}";`
  const scram = `${modules}.scram.ScramLoginModule required;`
  const bearer = `${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`
  return ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
    `listener.name.${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER`,
    `listener.name.${listener}.plain.sasl.jaas.config=${plain}`,
    `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${scram}`,
    `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${scram}`,
    `listener.name.${listener}.oauthbearer.sasl.jaas.config=${bearer}`,
  ])
}

const keyStoreOf = (folder: string): string => join(folder, 'keystore.pem')

/** Key and certificate in one file; gives the certificate. */
async function makeKeyStore(folder: string): Promise<string> {
  const { keyFile, certificateFile } = await makeCertificate(folder)
  const certificate = await readFile(certificateFile, 'utf8')
  await writeFile(keyStoreOf(folder), (await readFile(keyFile, 'utf8')) + certificate)
  return certificate
}

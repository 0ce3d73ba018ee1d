import { startKafka } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import type { Connector, Mistake, Peer } from '../suite/connector.ts'

const user = { name: 'plant', password: 'a-right-password' }

export const kafkaKafka: Connector = {
  system: 'Kafka',
  against: 'Kafka',
  services: ['kafka', 'kcat', 'openssl'],
  nodes: {
    connection: 'kafka/connection',
    source: 'kafka/in',
    sink: 'kafka/out',
  },
  open: async () => kafkaPeer(await startKafka({ user, hasTls: true }), 'atLeastOnce'),
}

/** The same sink, promising more. */
export const kafkaTransactions: Connector = {
  system: 'Kafka',
  against: 'Kafka, in transactions',
  services: ['kafka', 'kcat', 'openssl'],
  nodes: { connection: 'kafka/connection', sink: 'kafka/out' },
  open: async () => kafkaPeer(await startKafka({ user, hasTls: true }), 'exactlyOnce'),
}

function kafkaPeer(kafka: Kafka, guarantee: 'atLeastOnce' | 'exactlyOnce'): Peer {
  return {
    server: kafka,
    connection: {
      config: {
        brokers: kafka.saslAddress,
        signIn: 'scram-sha-256',
        username: user.name,
        connectTimeoutMs: 3_000,
      },
      secrets: { password: user.password },
    },
    source: {
      config: (place) => ({ cluster: 'peer', topic: place, fetchWaitMs: 50 }),
      prepare: (place) => kafka.createTopic(place, roomy),
      write: async (place, numbers) => {
        await kafka.write(place, numbers.map(recordOf))
        return numbers
      },
      writeRaw: (place, body) => kafka.writeRaw(place, body),
    },
    sink: {
      // Small bounds, so that a slow broker is felt soon.
      config: (place) => ({ cluster: 'peer', topic: place, guarantee, ...bounds }),
      watch: async (place) => {
        await kafka.createTopic(place, roomy)
        return {
          numbers: async () => (await kafka.read(place)).flatMap(({ value }) => numberIn(value)),
        }
      },
    },
    mistakes: mistakesAt(kafka),
  }
}

const roomy = { settings: { 'max.message.bytes': '3000000' } }
const bounds = { bufferBytes: 2_000_000, messageBytesMax: 1_500_000 }

const pad = 'x'.repeat(200)
const recordOf = (n: number) => ({ key: String(n), value: JSON.stringify({ n, pad }) })

function numberIn(value: string | null): readonly number[] {
  try {
    const found: unknown = JSON.parse(value ?? '')
    const has = typeof found === 'object' && found !== null && 'n' in found
    return has && typeof found.n === 'number' ? [found.n] : []
  } catch {
    // One of the payloads that are none of ours.
    return []
  }
}

function mistakesAt({ address, saslTlsAddress, authority }: Kafka): readonly Mistake[] {
  const secure = { transport: 'tls', brokers: saslTlsAddress }
  const missing = { topic: 'not-there' }
  return [
    {
      name: 'a wrong password',
      change: { secrets: { password: 'a-wrong-password' } },
      names: /password/i,
    },
    { name: 'a wrong host', change: { config: { brokers: 'nowhere.invalid' } }, names: /Brokers/ },
    { name: 'a wrong port', change: { config: { brokers: '127.0.0.1:1' } }, names: /Brokers/ },
    { name: 'an unknown authority', change: { config: secure }, names: /Certificate authority/ },
    {
      name: 'a certificate for another name',
      change: { config: { ...secure, ca: authority, serverName: 'other.example.org' } },
      names: /Server name/,
    },
    {
      name: 'TLS where there is none',
      change: { config: { transport: 'tls', brokers: address } },
      names: /Transport/,
    },
    {
      name: 'another way to sign in than the broker has',
      change: { config: { brokers: address } },
      names: /Sign-in/,
    },
    {
      name: 'a topic that is not there',
      change: {},
      names: /Topic/,
      node: { source: missing, sink: missing },
    },
  ]
}

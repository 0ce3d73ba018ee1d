import type { ConnectionOptions, SASLOptions } from '@platformatic/kafka'
import { tlsOptions } from '@millrace/reach'
import type { TlsSettings } from '@millrace/reach'
import type { ConnectionContext } from '@millrace/sdk'
import type { ClusterOptions } from '../cluster/kafka-cluster.ts'
import { KafkaError } from '../cluster/kafka-error.ts'
import type { BrokerPlace } from '../cluster/kafka-error.ts'
import type { kafkaConnectionDescriptor } from './descriptor.ts'
import { tokenSource } from './token-source.ts'

export type ConnectionOf = ConnectionContext<typeof kafkaConnectionDescriptor>
type Config = ConnectionOf['config']

const usualPort = 9092

export function clusterOptions(context: ConnectionOf): ClusterOptions {
  const { config, clock, timers, log } = context
  const sasl = saslOptions(context)
  return {
    brokers: brokersOf(config),
    clientId: config.clientId === '' ? 'millrace' : config.clientId,
    connectionOptions: (place) => connectionOptions(config, sasl, place),
    createsTopics: config.createsTopics,
    clock,
    timers,
    log,
  }
}

export function brokersOf({ brokers }: Pick<Config, 'brokers'>): readonly BrokerPlace[] {
  const texts = brokers.split(',').map((text) => text.trim())
  const places = texts.filter((text) => text !== '').map(placeOf)
  if (places.length > 0) return places
  throw new KafkaError('KAFKA_NO_BROKERS', 'Give at least one broker under Brokers.')
}

/** `host`, `host:port` or `[2001:db8::1]:port`. */
function placeOf(text: string): BrokerPlace {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? usualPort : Number(port)
  if (host !== undefined && number >= 1 && number <= 65_535) return { host, port: number }
  throw new KafkaError('KAFKA_NO_BROKERS', `"${text}" is no broker: give host:port under Brokers.`)
}

export function tlsOf(config: Config): TlsSettings | undefined {
  if (config.transport !== 'tls') return undefined
  const { isVerified, ca, serverName, clientCertificate, clientKey } = config
  return { isVerified, ca, serverName, certificate: clientCertificate, key: clientKey }
}

function connectionOptions(
  config: Config,
  sasl: SASLOptions | undefined,
  { host }: BrokerPlace,
): ConnectionOptions {
  const tls = tlsOf(config)
  return {
    connectTimeout: config.connectTimeoutMs,
    ...(tls === undefined ? {} : { tls: tlsOptions(host, tls) }),
    ...(sasl === undefined ? {} : { sasl }),
  }
}

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const

function saslOptions(context: ConnectionOf): SASLOptions | undefined {
  const { config } = context
  const { signIn, username, password = '', tokenExtensions } = config
  if (signIn === 'none') return undefined
  if (signIn === 'oauthbearer') {
    const extensions = Object.fromEntries(tokenExtensions.map(({ name, value }) => [name, value]))
    return {
      mechanism: 'OAUTHBEARER',
      token: tokenSource(context),
      oauthBearerExtensions: extensions,
    }
  }
  return { mechanism: mechanisms[signIn], username, password }
}

import { randomBytes } from 'node:crypto'
import type { ConnectionContext } from '@millrace/sdk'
import type { IClientOptions } from 'mqtt'
import type { LinkOptions } from '../link/broker-link.ts'
import type { Target } from '../link/open-socket.ts'
import type { Qos } from '../wire/packet-type.ts'
import type { mqttConnectionDescriptor } from './descriptor.ts'

export type ConnectionOf = ConnectionContext<typeof mqttConnectionDescriptor>
type Config = ConnectionOf['config']

export function linkOptions(context: ConnectionOf): LinkOptions {
  const { config, clock, timers, log } = context
  return {
    target: targetOf(config),
    client: clientOptions(context),
    connectTimeoutMs: config.connectTimeoutMs,
    inFlightMax: config.inFlightMax,
    bufferMax: config.bufferMax,
    packetBytesMax: config.packetBytesMax,
    clock,
    timers,
    log,
  }
}

export function targetOf(config: Config): Target {
  return {
    protocol: config.protocol,
    // Addresses of version 6 may be written as in a URL.
    host: config.host.replace(/^\[(.*)\]$/, '$1'),
    port: config.port ?? usualPorts[config.protocol],
    path: config.path,
    tls: {
      isVerified: config.isVerified,
      ca: config.ca,
      serverName: config.serverName,
      certificate: config.clientCertificate,
      key: config.clientKey,
    },
  }
}

const usualPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const

export function clientOptions(context: ConnectionOf): IClientOptions {
  const { config } = context
  const isVersion5 = config.version === '5'
  const isPersistent = isPersistentSession(config)
  return {
    protocolVersion: isVersion5 ? 5 : 4,
    clientId: clientIdOf(context),
    clean: !isPersistent,
    keepalive: Math.round(config.keepAliveMs / 1000),
    ...(isSet(config.username) ? { username: config.username } : {}),
    ...(isSet(config.password) ? { password: Buffer.from(config.password) } : {}),
    ...(config.hasWill ? { will: willOf(config) } : {}),
    ...(isVersion5 ? { properties: propertiesOf(config, isPersistent) } : {}),
  }
}

/**
 * A persistent session is found again by the client id, so that must stay the same. A clean one
 * gets another each time: two servers with the same flow must not throw each other out.
 */
function clientIdOf({ config, id, flow }: ConnectionOf): string {
  if (isSet(config.clientId)) return config.clientId
  if (isPersistentSession(config)) return `millrace-${flow}-${id}`
  return `millrace-${randomBytes(4).toString('hex')}`
}

/** Who gives a client id wants to be known by it. */
function isPersistentSession({ session, clientId }: Config): boolean {
  return session === 'persistent' || (session === 'auto' && isSet(clientId))
}

function willOf(config: Config): NonNullable<IClientOptions['will']> {
  return {
    topic: config.willTopic,
    payload: Buffer.from(config.willPayload),
    // One of the three options.
    qos: Number(config.willQos) as Qos,
    retain: config.willRetain,
  }
}

function propertiesOf(
  config: Config,
  isPersistent: boolean,
): NonNullable<IClientOptions['properties']> {
  return {
    sessionExpiryInterval: isPersistent ? Math.round(config.sessionExpiryMs / 1000) : 0,
    receiveMaximum: config.receiveMax,
    maximumPacketSize: config.packetBytesMax,
  }
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

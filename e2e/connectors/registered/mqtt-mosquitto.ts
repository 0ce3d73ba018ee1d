import { startMosquitto, until } from '@millrace/services'
import type { Mosquitto, Service } from '@millrace/services'
import { connectAsync } from 'mqtt'
import type { MqttClient, Packet } from 'mqtt'
import type { Connector, Mistake, Peer, PeerServer } from '../suite/connector.ts'
import { numberIn } from '../suite/seen-numbers.ts'

const user = { name: 'plant', password: 'a-right-password' }

export const mqttMosquitto: Connector = {
  system: 'MQTT',
  against: 'mosquitto',
  services: ['mosquitto', 'openssl'],
  nodes: { connection: 'mqtt/connection', source: 'mqtt/in', sink: 'mqtt/out' },
  open: async () => {
    const mosquitto = await startMosquitto({
      user,
      hasTls: true,
      isPersistent: 'at-end',
      configuration: ['max_queued_messages 0', 'max_inflight_messages 100'],
    })
    return {
      server: endedWithCare(mosquitto),
      ...(await mqttPeer(mosquitto)),
      mistakes: mistakesAt(mosquitto),
    }
  },
}

/**
 * It writes what it has confirmed to disk a moment later, or when it is told to end: killed in that
 * moment it loses messages, whatever its clients do.
 */
export function endedWithCare(service: Service): PeerServer {
  return {
    get pid() {
      return service.pid
    },
    kill: async () => {
      process.kill(service.pid, 'SIGTERM')
      await until(() => !service.isRunning(), { what: 'the end of the server' })
    },
    restart: () => service.restart(),
    stop: () => service.stop(),
  }
}

async function mqttPeer({ url, port }: Mosquitto): Promise<Peer> {
  const clients: MqttClient[] = []
  const connect = async (clientId: string): Promise<MqttClient> => {
    const client = await connectAsync(url, {
      protocolVersion: 5,
      clientId,
      clean: false,
      properties: { sessionExpiryInterval: 3_600 },
      reconnectPeriod: 50,
      username: user.name,
      password: user.password,
    })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  const publisher = await connect('publisher')
  return {
    connection: {
      config: {
        host: '127.0.0.1',
        port,
        username: user.name,
        // Found again by the name of the flow.
        session: 'persistent',
        // Small bounds, so that a slow broker is felt soon.
        bufferMax: 400,
        inFlightMax: 100,
        receiveMax: 100,
        connectTimeoutMs: 3_000,
      },
      secrets: { password: user.password },
    },
    source: {
      config: (place) => ({ broker: 'peer', topic: place, qos: '1' }),
      write: async (place, numbers) => {
        await publishToSomebody(publisher, place, numbers[0])
        const rest = numbers.slice(1).map((n) => publishNumber(publisher, place, n))
        await Promise.all(rest)
        return numbers
      },
      writeRaw: (place, body) => publisher.publishAsync(place, Buffer.from(body), { qos: 1 }),
    },
    sink: {
      config: (place) => ({ broker: 'peer', topic: place, qos: '1' }),
      watch: async (place) => {
        const subscriber = await connect(`subscriber-${place}`)
        const numbers: number[] = []
        subscriber.on('message', (_topic, payload) => {
          const n = numberIn(payload.toString())
          if (n !== undefined) numbers.push(n)
        })
        await subscriber.subscribeAsync(place, { qos: 1 })
        return {
          numbers: () => Promise.resolve(numbers),
          close: () => subscriber.endAsync(true),
        }
      },
    },
    close: () => Promise.all(clients.map((client) => client.endAsync(true))),
  }
}

// Of a usual length, so that one read from the socket brings hundreds and not thousands.
const pad = 'x'.repeat(200)
const textOf = (n: number | undefined) => JSON.stringify({ n, pad })
const publishNumber = (client: MqttClient, topic: string, n: number) =>
  client.publishAsync(topic, textOf(n), { qos: 1 })

/** What a broker of version 5 acknowledges with when nobody gets the message. */
const noSubscribers = 0x10

/** Until there is a subscriber, for whom the broker keeps what follows. */
async function publishToSomebody(
  client: MqttClient,
  topic: string,
  n: number | undefined,
): Promise<void> {
  let reason: number | undefined
  const hear = (packet: Packet): void => {
    if (packet.cmd === 'puback') reason = packet.reasonCode
  }
  client.on('packetreceive', hear)
  do {
    // oxlint-disable-next-line no-await-in-loop -- until there is a subscriber
    await client.publishAsync(topic, textOf(n), { qos: 1 })
  } while (reason === noSubscribers)
  client.off('packetreceive', hear)
}

function mistakesAt({ tlsUrl = '', authority = '' }: Mosquitto): readonly Mistake[] {
  const { port } = new URL(tlsUrl)
  const secure = { protocol: 'mqtts', host: 'localhost', port: Number(port) }
  return [
    {
      name: 'a wrong password',
      change: { secrets: { password: 'a-wrong-password' } },
      names: /password/i,
    },
    { name: 'a wrong host', change: { config: { host: 'nowhere.invalid' } }, names: /Host/ },
    { name: 'a wrong port', change: { config: { port: 1 } }, names: /Port/ },
    { name: 'an unknown authority', change: { config: secure }, names: /Certificate authority/ },
    {
      name: 'a certificate for another name',
      change: { config: { ...secure, ca: authority, serverName: 'other.example.org' } },
      names: /Server name/,
    },
    {
      name: 'TLS where there is none',
      change: { config: { protocol: 'mqtts' } },
      names: /Transport/,
    },
  ]
}

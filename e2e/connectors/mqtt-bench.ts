import { mqttConnection, mqttIn, mqttOut } from '@millrace/nodes-mqtt'
import type { Broker } from '@millrace/nodes-mqtt'
import type { Message, Status } from '@millrace/sdk'
import { openConnection, realTime, run } from '@millrace/sdk/testing'
import type { RunOptions, TestConnection } from '@millrace/sdk/testing'

type Config = Readonly<Record<string, unknown>>

/** MQTT nodes on one connection, in real time, against whatever broker is there. */
export interface MqttBench {
  readonly broker: Broker
  readonly statuses: readonly Status[]
  readonly connection: TestConnection<Broker>
  receive(config: Config, options?: RunOptions): Promise<Received>
  publisher(config?: Config): ReturnType<typeof run>
  /** Ends the nodes, then the connection. */
  close(): Promise<void>
}

export interface Received {
  readonly node: ReturnType<typeof run>
  readonly messages: readonly Message[]
  readonly payloads: readonly unknown[]
}

const time = realTime(globalThis)

export function openMqtt(config: Config): MqttBench {
  const given = { host: '127.0.0.1', connectTimeoutMs: 2000, ...config }
  const connection = openConnection(mqttConnection, given, { time })
  const broker = connection.handle
  const statuses: Status[] = []
  const nodes: ReturnType<typeof run>[] = []
  broker.onStatus((status) => void statuses.push(status))
  return {
    broker,
    statuses,
    connection,
    receive: async (own, options = {}) => {
      const node = run(mqttIn, { broker, ...own }, { time, ...options })
      nodes.push(node)
      await node.start()
      return {
        node,
        get messages() {
          return node.emitted('out')
        },
        get payloads() {
          return node.emitted('out').map((message) => message.payload)
        },
      }
    },
    publisher: (own = {}) => {
      const node = run(mqttOut, { broker, ...own }, { time })
      nodes.push(node)
      return node
    },
    close: async () => {
      for (const node of nodes) await node.stop()
      for (const node of nodes) await node.close()
      await connection.close()
    },
  }
}

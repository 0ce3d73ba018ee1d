import { until } from '@millrace/services'
import { connectAsync } from 'mqtt'
import type { MqttClient } from 'mqtt'
import { startProduct } from '../../browser/product.ts'
import type { Connector } from '../suite/connector.ts'
import { numberIn } from '../suite/seen-numbers.ts'

/** The broker that comes with Millrace, of a second Millrace. It keeps sessions in memory only. */
export const mqttEmbedded: Connector = {
  system: 'MQTT',
  against: 'the embedded broker (aedes)',
  services: [],
  nodes: { connection: 'mqtt/connection', sink: 'mqtt/out' },
  leavesOut: { server: 'it lives and dies with the product', secrets: 'there are none' },
  open: async () => {
    const product = await startProduct({ hasDemo: true })
    await until(async () => (await product.api.status()).brokerUrl !== undefined)
    const { brokerUrl = '' } = await product.api.status()
    const { hostname: host, port } = new URL(brokerUrl)
    const clients: MqttClient[] = []
    return {
      connection: { config: { host, port: Number(port) } },
      sink: {
        config: (place) => ({ broker: 'peer', topic: place, qos: '1' }),
        watch: async (place) => {
          const client = await connectAsync(brokerUrl, { clientId: `watch-${place}` })
          clients.push(client)
          const numbers: number[] = []
          client.on('message', (_topic, payload) => {
            const n = numberIn(payload.toString())
            if (n !== undefined) numbers.push(n)
          })
          await client.subscribeAsync(place, { qos: 1 })
          return { numbers: () => Promise.resolve(numbers), close: () => client.endAsync(true) }
        },
      },
      mistakes: [
        { name: 'a wrong host', change: { config: { host: 'nowhere.invalid' } }, names: /Host/ },
        { name: 'a wrong port', change: { config: { port: 1 } }, names: /Port/ },
      ],
      close: async () => {
        await Promise.all(clients.map((client) => client.endAsync(true)))
        await product.stop()
      },
    }
  },
}

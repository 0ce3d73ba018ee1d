/** mqtt.js as it comes. */
import { connect } from 'mqtt'
import { payload, topicCount, topics } from './load.ts'

function mqttJs(port: number) {
  return connect({ host: '127.0.0.1', port, protocol: 'mqtt', protocolVersion: 4 })
}

export async function mqttJsIn(count: number, port: number): Promise<void> {
  const client = mqttJs(port)
  await new Promise<void>((resolve) => {
    let seen = 0
    client.on('message', (_topic, bytes) => {
      JSON.parse(bytes.toString())
      seen += 1
      if (seen === count) resolve()
    })
    client.subscribe(`ask/${count}/x/#`)
  })
  await client.endAsync()
}

export async function mqttJsOut(count: number, port: number): Promise<void> {
  const client = mqttJs(port)
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  const value = JSON.parse(payload)
  let left = count
  await new Promise<void>((resolve) => {
    const more = () => {
      for (let burst = 0; burst < 500 && left > 0; burst += 1) {
        client.publish(topics[left % topicCount]!, JSON.stringify(value))
        left -= 1
      }
      if (left === 0) resolve()
      else if (client.stream.writableNeedDrain) client.stream.once('drain', more)
      else setImmediate(more)
    }
    more()
  })
  await client.endAsync()
}

export async function mqttJsBoth(count: number, port: number): Promise<void> {
  const client = mqttJs(port)
  await new Promise<void>((resolve) => {
    client.on('message', (topic, bytes) => {
      if (topic === 'done/all') resolve()
      else client.publish(topic, JSON.stringify(JSON.parse(bytes.toString())))
    })
    client.subscribe(`ask/${count}/echo/#`)
  })
  await client.endAsync()
}

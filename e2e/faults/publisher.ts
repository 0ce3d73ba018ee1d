import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync, type MqttClient, type Packet } from 'mqtt'
import { devices, endNumber, probeNumber, startMs, stepMs } from './plant-flow.ts'

/** Publishes numbered messages with QoS 1, and knows which of them the broker has. */
export interface Publisher {
  /** Numbers that the broker has acknowledged. */
  readonly acknowledged: ReadonlySet<number>
  /** Settles once somebody has subscribed, so that the broker keeps what is published from now on. */
  ready(): Promise<void>
  /** Goes on with so many a second until `rest`. */
  publish(perSecond: number): void
  /** Settles once all that was published is acknowledged. */
  rest(): Promise<void>
  /** A message far in the future, which closes all windows. */
  close(): Promise<void>
}

const inFlightMax = 2_000
const turnMs = 10
/** What a broker of version 5 acknowledges with when nobody gets the message. */
const noSubscribers = 0x10

export async function startPublisher(url: string): Promise<Publisher> {
  const client = await connectAsync(url, {
    protocolVersion: 5,
    clientId: 'publisher',
    clean: false,
    reconnectPeriod: 100,
  })
  client.on('error', () => undefined)
  return new Numbers(client)
}

class Numbers implements Publisher {
  readonly acknowledged = new Set<number>()
  private readonly client: MqttClient
  private next = 0
  private inFlight = 0
  private isPublishing = false
  private running: Promise<void> = Promise.resolve()

  constructor(client: MqttClient) {
    this.client = client
  }

  async ready(): Promise<void> {
    const payload = JSON.stringify({ n: probeNumber, device: 'probe', at: startMs })
    const { client } = this
    let reason: number | undefined
    const hear = (packet: Packet): void => {
      if (packet.cmd === 'puback') reason = packet.reasonCode
    }
    client.on('packetreceive', hear)
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- until there is a subscriber
      await client.publishAsync('plant/probe', payload, { qos: 1 })
      if (reason !== noSubscribers) break
      // oxlint-disable-next-line no-await-in-loop
      await pause(turnMs)
    }
    client.off('packetreceive', hear)
  }

  publish(perSecond: number): void {
    this.isPublishing = true
    this.running = this.run(perSecond)
  }

  async rest(): Promise<void> {
    this.isPublishing = false
    await this.running
    while (this.inFlight > 0) {
      // oxlint-disable-next-line no-await-in-loop -- until nothing is on its way
      await pause(turnMs)
    }
  }

  async close(): Promise<void> {
    await this.rest()
    const at = startMs + this.next * stepMs + 86_400_000
    const payload = JSON.stringify({ n: endNumber, device: 'end', at })
    await this.client.publishAsync('plant/end', payload, { qos: 1 })
    await this.client.endAsync()
  }

  private async run(perSecond: number): Promise<void> {
    const beganMs = performance.now()
    const began = this.next
    while (this.isPublishing) {
      const due = began + ((performance.now() - beganMs) / 1_000) * perSecond
      while (this.next < due && this.inFlight < inFlightMax && this.client.connected) this.send()
      // oxlint-disable-next-line no-await-in-loop -- paced by the clock
      await pause(turnMs)
    }
  }

  private send(): void {
    const n = this.next
    this.next += 1
    this.inFlight += 1
    const device = `device-${n % devices}`
    const payload = JSON.stringify({ n, device, at: startMs + n * stepMs })
    this.client.publish(`plant/${device}`, payload, { qos: 1 }, (error) => {
      this.inFlight -= 1
      if (!error) this.acknowledged.add(n)
    })
  }
}

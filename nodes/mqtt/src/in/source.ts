import { source } from '@millrace/sdk'
import type { Message, SourceContext } from '@millrace/sdk'
import type { Broker, Subscription } from '../link/broker.ts'
import type { Arrival, InboundBatch } from '../link/inbound-batch.ts'
import { asBroker } from '../link/as-broker.ts'
import type { Qos } from '../wire/packet-type.ts'
import { mqttInDescriptor } from './descriptor.ts'
import { payloadReaders, readBytes } from './read-payload.ts'

export const mqttIn = source(mqttInDescriptor, (context) => {
  let subscription: Subscription | undefined
  let forgetStatus: (() => void) | undefined
  return {
    start: () => {
      const broker = asBroker(context.config.broker)
      forgetStatus = broker.onStatus((status) => context.status(status))
      subscription = subscribe(broker, context)
    },
    pause: () => subscription?.pause(),
    resume: () => subscription?.resume(),
    stop: () => subscription?.stop(),
    close: () => {
      forgetStatus?.()
      subscription?.close()
    },
  }
})

type Context = SourceContext<typeof mqttInDescriptor>

function subscribe(broker: Broker, context: Context): Subscription {
  const { config, deliver } = context
  const take = takerOf(context)
  const filters = [config.topic, ...config.moreTopics.map((row) => row.topic)]
  return broker.subscribe({
    filters: [...new Set(filters.map((filter) => filter.trim()).filter((filter) => filter !== ''))],
    // One of the three options.
    qos: Number(config.qos) as Qos,
    onBatch: (batch, settled) => deliver(() => emitAll(batch, take), settled),
    onRefused: (filter) => {
      const text = `The broker does not let this user subscribe to "${filter}".`
      context.status({ state: 'error', text: text.slice(0, 200) })
    },
  })
}

function emitAll(batch: InboundBatch, take: (arrival: Arrival) => void): void {
  const { arrivals, count } = batch
  // Filled up to `count`.
  for (let index = 0; index < count; index += 1) take(arrivals[index] as Arrival)
}

function takerOf({ config, emit, fail }: Context): (arrival: Arrival) => void {
  const read = payloadReaders[config.format]
  const out = emit.out
  return (arrival) => {
    const { bytes, start, end } = arrival
    let payload: unknown
    try {
      payload = read(bytes, start, end)
    } catch (error) {
      fail(error, messageOf(arrival, readBytes(bytes, start, end)))
      return
    }
    out(messageOf(arrival, payload))
  }
}

function messageOf(arrival: Arrival, payload: unknown): Message {
  const { topic, qos, isRetained, properties } = arrival
  // The same shape for all, with room for the time that the engine sets.
  const message: Message = { payload, topic, time: undefined, qos, retain: isRetained }
  if (properties !== undefined) message['properties'] = properties
  return message
}

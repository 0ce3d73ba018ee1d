import { formatSettings, isFormat, openDecoder } from '@millrace/formats'
import type { FormatName } from '@millrace/formats'
import { source } from '@millrace/sdk'
import type { Message, SourceContext } from '@millrace/sdk'
import type { Broker, Subscription } from '../link/broker.ts'
import type { Arrival, InboundBatch } from '../link/inbound-batch.ts'
import { asBroker } from '../link/as-broker.ts'
import type { OnBatch } from '../link/taker.ts'
import type { Qos } from '../wire/packet-type.ts'
import { mqttInDescriptor } from './descriptor.ts'
import { DurableIntake } from './durable-intake.ts'
import { payloadReader, readBytes } from './read-payload.ts'
import type { ReadPayload } from './read-payload.ts'

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
  const { config } = context
  const emit = emitterOf(context)
  const durable = durableIntake(context, emit)
  const filters = [config.topic, ...config.moreTopics.map((row) => row.topic)]
  return broker.subscribe({
    filters: [...new Set(filters.map((filter) => filter.trim()).filter((filter) => filter !== ''))],
    // One of the three options.
    qos: Number(config.qos) as Qos,
    onBatch: onBatch(context, durable, emit),
    onNewSession: () => durable?.onNewSession(),
    onRefused: (filter) => {
      const text = `The broker does not let this user subscribe to "${filter}".`
      context.status({ state: 'error', text: text.slice(0, 200) })
    },
  })
}

type EmitArrival = (arrival: Arrival) => void

/** Messages with QoS 0 need no log: nobody sends them again, and nobody waits to hear of them. */
function durableIntake({ config, intake }: Context, emit: EmitArrival): DurableIntake | undefined {
  if (!intake.isDurable || config.qos === '0') return undefined
  return new DurableIntake(intake, emit)
}

function onBatch(
  { deliver }: Context,
  durable: DurableIntake | undefined,
  emit: EmitArrival,
): OnBatch {
  return (batch, settled) => {
    if (durable !== undefined && batch.isAcknowledged) durable.take(batch, settled)
    else deliver(() => emitAll(batch, emit), settled)
  }
}

function emitAll({ arrivals, count }: InboundBatch, emit: EmitArrival): void {
  // Filled up to `count`.
  for (let index = 0; index < count; index += 1) emit(arrivals[index] as Arrival)
}

function emitterOf(context: Context): EmitArrival {
  const { charset, compression, format } = context.config
  // A hidden choice keeps its value.
  const isPlain =
    format === 'auto' || (compression === 'none' && (format !== 'text' || charset === 'utf-8'))
  const read = isPlain ? payloadReader(format) : undefined
  if (read !== undefined) return plainEmitter(context, read)
  return decodedEmitter(context, isFormat(format) ? format : 'json')
}

function plainEmitter({ emit, fail }: Context, read: ReadPayload): EmitArrival {
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

/** By a format of which a payload may hold several values. */
function decodedEmitter({ config, emit, fail }: Context, format: FormatName): EmitArrival {
  const decode = openDecoder(formatSettings(config, { format }))
  return (arrival) => {
    const { bytes, start, end } = arrival
    let payloads: readonly unknown[]
    try {
      payloads = decode(bytes.subarray(start, end))
    } catch (error) {
      fail(error, messageOf(arrival, readBytes(bytes, start, end)))
      return
    }
    for (const payload of payloads) emit.out(messageOf(arrival, payload))
  }
}

function messageOf(arrival: Arrival, payload: unknown): Message {
  const { topic, qos, isRetained, properties } = arrival
  // The same shape for all, with room for the time that the engine sets.
  const message: Message = { payload, topic, time: undefined, qos, retain: isRetained }
  if (properties !== undefined) message['properties'] = properties
  return message
}

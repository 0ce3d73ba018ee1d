import { source } from '@millrace/sdk'
import type { SourceContext } from '@millrace/sdk'
import type { Broker, Subscription } from '../link/broker.ts'
import type { Arrival, InboundBatch } from '../link/inbound-batch.ts'
import { asBroker } from '../link/as-broker.ts'
import { statusBoard } from '../link/status-board.ts'
import type { StatusBoard } from '../link/status-board.ts'
import type { OnBatch } from '../link/taker.ts'
import type { Qos } from '../wire/packet-type.ts'
import type { EmitArrival } from './arrival-message.ts'
import { mqttInDescriptor } from './descriptor.ts'
import { DurableIntake } from './durable-intake.ts'
import { emitterOf } from './emit-arrivals.ts'
import { registryEmitter } from './registry-emitter.ts'
import { hasWaiting, WaitingArrivals } from './waiting-arrivals.ts'

export const mqttIn = source(mqttInDescriptor, (context) => {
  const board = statusBoard((status) => context.status(status))
  const waiting = waitingArrivals(context, board)
  let subscription: Subscription | undefined
  let forgetStatus: (() => void) | undefined
  return {
    start: () => {
      const broker = asBroker(context.config.broker)
      forgetStatus = broker.onStatus((status) => board.broker(status))
      waiting?.start()
      subscription = subscribe(broker, context, { board, emit: emitOf(context, waiting) })
    },
    pause: () => subscription?.pause(),
    resume: () => subscription?.resume(),
    stop: () => {
      waiting?.stop()
      subscription?.stop()
    },
    close: () => {
      forgetStatus?.()
      waiting?.close()
      subscription?.close()
    },
  }
})

type Context = SourceContext<typeof mqttInDescriptor>

/** Where messages may have to wait, or some do that were taken in before the node was changed. */
function waitingArrivals(context: Context, board: StatusBoard): WaitingArrivals | undefined {
  if (context.config.format === 'registry') return registryEmitter(context, board)
  if (!hasWaiting(context)) return undefined
  const emit = emitterOf(context)
  return new WaitingArrivals(context, (arrival) => {
    emit(arrival)
    return undefined
  })
}

function emitOf(context: Context, waiting: WaitingArrivals | undefined): EmitArrival {
  return waiting === undefined ? emitterOf(context) : (arrival) => waiting.take(arrival)
}

function subscribe(
  broker: Broker,
  context: Context,
  { board, emit }: { readonly board: StatusBoard; readonly emit: EmitArrival },
): Subscription {
  const { config } = context
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
      board.broker({ state: 'error', text: text.slice(0, 200) })
    },
  })
}

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

import { randomUUID } from 'node:crypto'
import type { Hold, Message, NodeContext, Sink } from '@millrace/sdk'
import { asCluster } from '../cluster/as-cluster.ts'
import type { KafkaError } from '../cluster/kafka-error.ts'
import type { AddressedRecord } from './addressed-record.ts'
import { bufferFull, closed } from './batch-writer.ts'
import type { kafkaOutDescriptor } from './descriptor.ts'
import { Outbox } from './outbox.ts'
import { Partitioner } from './partitioner.ts'
import { deletionReporter, stateReporter } from './state-reporter.ts'
import { TransactionWriter } from './transaction-writer.ts'

type Context = NodeContext<typeof kafkaOutDescriptor>

export type RecordOf = (message: Message) => AddressedRecord

/** Puts each message into the outbox, which is state; what an epoch stored of it is then written. */
export function exactlyOnce(context: Context, recordOf: RecordOf): Sink {
  const outbox = new Outbox(context.state)
  const intake = new OutboxIntake(context, outbox)
  const writer = writerFor(context, outbox, intake)
  writer.start()
  return {
    onMessage: (message) => intake.take(recordOf(message)),
    beforeEpoch: () => outbox.seal(),
    afterEpoch: () => {
      outbox.stored()
      writer.wake()
    },
    close: () => {
      intake.close()
      return writer.close()
    },
  }
}

/** What was left when the node was set to write exactly once still has to be written so. */
export function drainOutbox(context: Context): Sink['close'] {
  const outbox = new Outbox(context.state)
  if (outbox.isEmpty || !context.isDurable) return undefined
  const writer = writerFor(context, outbox, new OutboxIntake(context, outbox))
  writer.start()
  return () => writer.close()
}

const highFill = 0.5
const lowFill = 0.25

/**
 * Until the broker was asked what it has noted, nothing is put into the outbox: entries are numbered
 * on from there. Messages are held meanwhile.
 */
class OutboxIntake {
  private readonly context: Context
  private readonly outbox: Outbox
  private waiting: { readonly record: AddressedRecord; readonly hold: Hold }[] = []
  private waitingBytes = 0
  private isReady = false
  private isPressing = false

  constructor(context: Context, outbox: Outbox) {
    this.context = context
    this.outbox = outbox
  }

  take(record: AddressedRecord): void {
    if (this.bytes + record.size > this.context.config.bufferBytes && this.bytes > 0)
      throw bufferFull()
    if (this.isReady) {
      this.outbox.add(record)
    } else {
      this.waiting.push({ record, hold: this.context.hold() })
      this.waitingBytes += record.size
    }
    this.press()
  }

  ready(): void {
    this.isReady = true
    this.waitingBytes = 0
    for (const { record, hold } of this.waiting.splice(0)) {
      this.outbox.add(record)
      this.context.release(hold)
    }
  }

  press(): void {
    const fill = this.bytes / this.context.config.bufferBytes
    const isHigh = fill > (this.isPressing ? lowFill : highFill)
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    this.context.pressure(isHigh)
  }

  close(): void {
    for (const { hold } of this.waiting.splice(0)) this.context.release(hold, closed())
  }

  private get bytes(): number {
    return this.outbox.bytes + this.waitingBytes
  }
}

function writerFor(context: Context, outbox: Outbox, intake: OutboxIntake): TransactionWriter {
  const { config, clock, timers, log } = context
  const cluster = asCluster(config.cluster)
  const report = stateReporter(context, cluster.name)
  return new TransactionWriter({
    cluster,
    outbox,
    transactionalId: transactionalIdOf(context),
    life: randomUUID(),
    timeoutMs: config.transactionTimeoutMs,
    partitioner: new Partitioner(config.partitioner === 'key'),
    compression: config.compression,
    batchBytes: config.batchBytes,
    clock,
    timers,
    onReady: (isStateUpToDate) => {
      context.goesOn()
      if (!isStateUpToDate) log.warn(olderState)
      report(undefined, outbox.count)
      intake.ready()
    },
    onIntruder: () => {
      context.goesOn()
      log.error(intruder, { code: 'KAFKA_TRANSACTION_LOST' })
    },
    onDeleted: deletionReporter(context),
    onRefused: (record, error) => refuse(context, record, error),
    onState: (error, waiting) => {
      report(error, waiting)
      context.goesOn()
      intake.press()
    },
  })
}

const olderState =
  'The state of this flow is older than what it has written to Kafka: some messages will stand there twice.'

const intruder =
  "Another server writes to Kafka with a copy of this flow's state: what both of them take in will stand there twice. Only one may; the other needs a user directory of its own."

/**
 * Two servers with the same flow have different state, and must not write in each other's place. Kept
 * as it was first, so that a flow with another name still knows what it has written.
 */
function transactionalIdOf({ state, flow, id }: Context): string {
  const identities = state.map<string>('identity')
  const identity = identities.get('transactions') ?? randomUUID()
  const name = identities.get('transactionalId') ?? `millrace-${flow}-${id}-${identity}`
  identities.set('transactions', identity)
  identities.set('transactionalId', name)
  return name
}

/** The message was dealt with when it was stored; what is left of it is the record. */
function refuse(
  context: Context,
  { topic, key, value, timestamp, headers }: AddressedRecord,
  error: KafkaError,
): void {
  context.goesOn()
  const message: Message = { payload: value, topic, time: timestamp }
  if (key !== null) message.key = Buffer.from(key).toString('utf8')
  if (headers.length > 0)
    message['headers'] = Object.fromEntries(headers.map((one) => [one.key, one.value]))
  context.fail(error, message)
}

import { sink } from '@millrace/sdk'
import type { Hold, Message, NodeContext, Sink } from '@millrace/sdk'
import { asCluster } from '../cluster/as-cluster.ts'
import type { KafkaError } from '../cluster/kafka-error.ts'
import { recordMaker } from './addressed-record.ts'
import { BatchWriter } from './batch-writer.ts'
import { byRegistry, checkSchemas } from './by-registry.ts'
import { kafkaOutDescriptor } from './descriptor.ts'
import { drainOutbox, exactlyOnce } from './exactly-once.ts'
import type { RecordOf } from './exactly-once.ts'
import { Partitioner } from './partitioner.ts'
import { deletionReporter, stateReporter } from './state-reporter.ts'

type Context = NodeContext<typeof kafkaOutDescriptor>

export const kafkaOut = sink(
  kafkaOutDescriptor,
  (context) =>
    byRegistry(context, (own, bytesOf) =>
      writing(own, recordMaker(own.config, own.clock, bytesOf)),
    ),
  checkSchemas,
)

function writing(context: Context, recordOf: RecordOf): Sink {
  if (context.config.guarantee !== 'exactlyOnce') return atLeastOnce(context, recordOf)
  if (context.isDurable) return exactlyOnce(context, recordOf)
  context.log.warn('This flow does not store its state: messages are written at least once.')
  return atLeastOnce(context, recordOf)
}

/** Holds each message until the broker has it. */
function atLeastOnce(context: Context, recordOf: RecordOf): Sink {
  const { config, clock, timers } = context
  const cluster = asCluster(config.cluster)
  const { compression, batchBytes, batchAgeMs, bufferBytes, retryForMs } = config
  const limits = { compression, batchBytes, batchAgeMs, bufferBytes, retryForMs }
  const closeOutbox = drainOutbox(context)
  const writer = new BatchWriter({
    cluster,
    partitioner: new Partitioner(config.partitioner === 'key'),
    ...limits,
    clock,
    timers,
    onPressure: (isHigh) => context.pressure(isHigh),
    onState: stateReporter(context, cluster.name),
    onDeleted: deletionReporter(context),
  })
  return {
    onMessage: (message: Message) => {
      const record = recordOf(message)
      const hold = context.hold()
      try {
        writer.add(record, (error) => release(context, { hold, message, error }))
      } catch (error) {
        context.release(hold, error)
        throw error
      }
    },
    flush: () => writer.writeNow(),
    close: async () => {
      await Promise.all([writer.close(), closeOutbox?.()])
    },
  }
}

function release(
  context: Context,
  { hold, message, error }: { hold: Hold; message: Message; error: KafkaError | undefined },
): void {
  // What ends with the node is neither written nor refused.
  if (error !== undefined && error.code !== 'KAFKA_CLOSED') {
    context.resume(hold, () => context.fail(error, message))
  }
  context.release(hold, error)
}

import { sink } from '@millrace/sdk'
import type { Hold, Message, NodeContext } from '@millrace/sdk'
import { asCluster } from '../cluster/as-cluster.ts'
import type { KafkaError } from '../cluster/kafka-error.ts'
import { recordMaker } from './addressed-record.ts'
import { BatchWriter } from './batch-writer.ts'
import { kafkaOutDescriptor } from './descriptor.ts'
import { Partitioner } from './partitioner.ts'

type Context = NodeContext<typeof kafkaOutDescriptor>

export const kafkaOut = sink(kafkaOutDescriptor, (context) => atLeastOnce(context))

/** Holds each message until the broker has it. */
function atLeastOnce(context: Context) {
  const { config, clock, timers } = context
  const cluster = asCluster(config.cluster)
  const { compression, batchBytes, batchAgeMs, bufferBytes, retryForMs } = config
  const limits = { compression, batchBytes, batchAgeMs, bufferBytes, retryForMs }
  const recordOf = recordMaker(config, clock)
  const writer = new BatchWriter({
    cluster,
    partitioner: new Partitioner(config.partitioner === 'key'),
    ...limits,
    clock,
    timers,
    onPressure: (isHigh) => context.pressure(isHigh),
    onState: stateReporter(context, cluster.name),
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
    close: () => writer.close(),
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

/** Tells a person when it changes, and the log how it began and ended. */
export function stateReporter(
  { status, log, goesOn }: Pick<Context, 'status' | 'log' | 'goesOn'>,
  where: string,
): (error: KafkaError | undefined, waiting: number) => void {
  let failing: string | undefined
  let hasWritten = false
  return (error, waiting) => {
    if (error === undefined && failing === undefined && hasWritten) return
    goesOn()
    if (error !== undefined) {
      status({ state: 'error', text: `${error.message} ${waiting} messages wait.`.slice(0, 200) })
      if (failing !== error.message) log.warn(error.message, { code: error.code, waiting })
      failing = error.message
      return
    }
    hasWritten = true
    status({ state: 'ok', text: `Writes to ${where}`.slice(0, 200) })
    if (failing !== undefined) log.info(`Writes to ${where} again`, { waiting })
    failing = undefined
  }
}

import type { NodeContext } from '@millrace/sdk'
import type { KafkaError } from '../cluster/kafka-error.ts'

/** Tells a person when it changes, and the log how it began and ended. */
export function stateReporter(
  { status, log, goesOn }: Pick<NodeContext, 'status' | 'log' | 'goesOn'>,
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

/** Tells a person that the broker deletes what is written, once for each topic. */
export function deletionReporter({
  status,
  log,
  goesOn,
}: Pick<NodeContext, 'status' | 'log' | 'goesOn'>): (topic: string) => void {
  return (topic) => {
    goesOn()
    const text = `The broker deletes what is written to "${topic}", as its times are older than the topic keeps (retention.ms). Choose Time of writing under Timestamp, or keep it for longer there.`
    status({ state: 'warning', text: text.slice(0, 200) })
    log.warn(text, { code: 'KAFKA_WRITTEN_DELETED', topic })
  }
}

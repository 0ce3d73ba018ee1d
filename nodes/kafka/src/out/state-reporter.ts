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

import type { DeploymentSpec } from '@millrace/engine'
import type { DeploymentInfo, LogEntry } from '@millrace/protocol'
import type { FlowEnd } from '../engine-process/messages.ts'

export const quarantineSentence =
  'That happened too often within a minute, so it stays stopped until it is deployed again.'

/** Why a flow ended, as a sentence that names the node where one is to blame. */
export function endSentence(end: FlowEnd, spec: DeploymentSpec | undefined): string {
  const node = end.node === undefined ? undefined : nodeTitle(end.node, spec)
  const subject = node ?? 'The flow'
  switch (end.cause) {
    case 'stuck':
      return `${subject} ran for more than ${seconds(end.detail)} s without giving back control.`
    case 'memory':
      return `The flow needed more than ${end.detail} MB of memory${node ? ` while ${node} ran` : ''}.`
    case 'exception':
      return `${subject} failed outside of a message: ${end.detail}`
    case 'halted':
      return `${subject} failed at a message, for which the flow is to stop: ${end.detail}`
    case 'crash':
      return 'The engine process ended right after the flow was started.'
    case 'company':
      return end.culprit === undefined
        ? 'A flow in the same thread failed, and it is not known which.'
        : `The flow “${end.culprit}” in the same thread was stopped.`
    case 'exit':
      return `${subject} ended its own process (exit code ${end.detail}).`
  }
}

/** Why it does not run, for the log, where it can be read when it runs again. */
export function troubleEntry({ state, reason = '', node }: DeploymentInfo, time: number): LogEntry {
  const words = state === 'restarting' ? 'Starts again' : 'Stopped'
  const text = `${words}: ${reason}`
  return { time, level: 'error', text, ...(node !== undefined && { node }) }
}

/** What a person calls the node. */
export function nodeTitle(id: string, spec: DeploymentSpec | undefined): string {
  const node = spec?.flow.nodes.find((each) => each.id === id)
  const title = node?.name ?? spec?.titles?.[node?.type ?? ''] ?? node?.type
  return `“${title ?? id}”`
}

function seconds(detail: string): string {
  return String(Math.round(Number(detail) / 100) / 10)
}

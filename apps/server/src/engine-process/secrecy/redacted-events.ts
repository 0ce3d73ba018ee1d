import type { FlowReports, WorkerEvent } from '../messages.ts'
import type { Redactor } from './redactor.ts'

/** What a flow tells the process, without its secrets. Numbers and what is asked of it have none. */
export function redactedEvent(event: WorkerEvent, redactor: Redactor): WorkerEvent {
  switch (event.kind) {
    case 'reports':
      return { ...event, batch: redactedReports(event.batch, redactor) }
    case 'done':
      return event.result.kind === 'tested' ? redactor.value(event) : event
    case 'step':
    case 'refused':
    case 'crashed':
    case 'halted':
      return redactor.value(event)
    default:
      return event
  }
}

function redactedReports(batch: FlowReports, redactor: Redactor): FlowReports {
  const { points, counters, durability, ...told } = batch
  return {
    ...redactor.value(told),
    ...(points !== undefined && { points }),
    ...(counters !== undefined && { counters }),
    ...(durability !== undefined && { durability }),
  }
}

import type { AlertReport } from '@millrace/sdk'
import type { FlowReports } from '../engine-process/messages.ts'
import type { SupervisorEvents } from './supervisor.ts'

type Name = keyof SupervisorEvents

/** Who listens to what the supervisor tells. */
export class Listeners {
  private readonly byEvent: { [Event in Name]: Set<SupervisorEvents[Event]> } = {
    deployment: new Set(),
    counters: new Set(),
    statuses: new Set(),
    debug: new Set(),
    points: new Set(),
    alerts: new Set(),
    taps: new Set(),
    log: new Set(),
    finished: new Set(),
    engine: new Set(),
  }

  add<Event extends Name>(event: Event, listener: SupervisorEvents[Event]): () => void {
    const listeners: Set<SupervisorEvents[Event]> = this.byEvent[event]
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  emit<Event extends Name>(event: Event, ...told: Parameters<SupervisorEvents[Event]>): void {
    // A listener of an event takes what the event tells; TypeScript loses that in the union.
    const listeners = this.byEvent[event] as ReadonlySet<(...told: unknown[]) => void>
    for (const listener of listeners) listener(...told)
  }
}

/** Tells apart what a flow told at once. */
export function emitReports(listeners: Listeners, flow: string, reports: FlowReports): void {
  const { statuses, counters, debug, points, alerts, taps, log } = reports
  if (statuses !== undefined) listeners.emit('statuses', { flow, statuses })
  if (counters !== undefined) listeners.emit('counters', { flow, ...counters })
  if (debug !== undefined) listeners.emit('debug', { flow, ...debug })
  if (points !== undefined) listeners.emit('points', flow, { flow, points })
  if (taps !== undefined) listeners.emit('taps', { flow, ports: taps })
  if (log !== undefined) listeners.emit('log', flow, log)
  for (const [node, ofNode] of byNode(alerts ?? [])) listeners.emit('alerts', flow, node, ofNode)
}

function byNode(
  alerts: NonNullable<FlowReports['alerts']>,
): ReadonlyMap<string, readonly AlertReport[]> {
  const nodes = new Map<string, AlertReport[]>()
  for (const { node, report } of alerts) {
    const present = nodes.get(node)
    if (present === undefined) nodes.set(node, [report])
    else present.push(report)
  }
  return nodes
}

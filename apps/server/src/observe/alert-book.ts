import { isRecord } from '@millrace/flow'
import type { Alert } from '@millrace/protocol'
import type { AlertReport } from '@millrace/sdk'

const alertsMax = 1_000
const textMax = 1_000
const valueCharactersMax = 1_000

/** The alerts that nodes raised: open, acknowledged, and the last that were cleared. */
export class AlertBook {
  /** By flow, node and key; what changed last is the last. */
  readonly #alerts = new Map<string, Alert>()
  readonly #listeners = new Set<(alert: Alert) => void>()
  readonly #most: number

  constructor(most: number = alertsMax) {
    this.#most = most
  }

  /** Newest change first. */
  list(): readonly Alert[] {
    return [...this.#alerts.values()].toReversed()
  }

  take(flow: string, node: string, reports: readonly AlertReport[]): void {
    for (const report of reports) {
      const known = this.#alerts.get(keyOf(flow, node, report.key))
      const alert = next(known, { flow, node, report })
      if (alert) this.#put(alert)
    }
  }

  /** Undefined where there is no such alert; a cleared one stays as it is. */
  acknowledge(alert: Pick<Alert, 'flow' | 'node' | 'key'>, time: number): Alert | undefined {
    const known = this.#alerts.get(keyOf(alert.flow, alert.node, alert.key))
    if (known?.state !== 'open') return known
    const acknowledged: Alert = { ...known, state: 'acknowledged', acknowledgedAt: time }
    this.#put(acknowledged)
    return acknowledged
  }

  /** Alerts of nodes that are not there any more count as cleared. */
  retain(flow: string, nodes: ReadonlySet<string>, time: number): void {
    for (const alert of this.list()) {
      if (alert.flow !== flow || nodes.has(alert.node) || alert.state === 'cleared') continue
      this.#put({ ...alert, state: 'cleared', clearedAt: time })
    }
  }

  forget(flow: string): void {
    for (const [key, alert] of this.#alerts) if (alert.flow === flow) this.#alerts.delete(key)
  }

  onChange(listener: (alert: Alert) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  toJson(): unknown {
    return { alerts: [...this.#alerts.values()] }
  }

  /** Takes back what `toJson` gave; what does not look like an alert is left out. */
  load(value: unknown): void {
    const list = isRecord(value) && Array.isArray(value['alerts']) ? value['alerts'] : []
    for (const alert of list.filter(isAlert).slice(-this.#most)) {
      this.#alerts.set(keyOf(alert.flow, alert.node, alert.key), alert)
    }
  }

  #put(alert: Alert): void {
    const key = keyOf(alert.flow, alert.node, alert.key)
    this.#alerts.delete(key)
    this.#alerts.set(key, alert)
    if (this.#alerts.size > this.#most) this.#dropOne()
    for (const listener of this.#listeners) listener(alert)
  }

  /** The oldest that was cleared, or the oldest of all. */
  #dropOne(): void {
    const entries = [...this.#alerts]
    const [key] = entries.find(([, alert]) => alert.state === 'cleared') ?? entries[0] ?? []
    if (key !== undefined) this.#alerts.delete(key)
  }
}

interface NodeReport {
  readonly flow: string
  readonly node: string
  readonly report: AlertReport
}

function next(known: Alert | undefined, { flow, node, report }: NodeReport): Alert | null {
  const { change, key, severity, time, value } = report
  const said = {
    severity,
    text: report.text.slice(0, textMax),
    ...(isSmall(value) && { value }),
  }
  const isThere = known !== undefined && known.state !== 'cleared'
  if (change === 'cleared') return isThere ? { ...known, state: 'cleared', clearedAt: time } : null
  if (isThere) return { ...known, ...said, repeatedAt: time }
  return { flow, node, key, ...said, state: 'open', raisedAt: time }
}

/** Larger values would be kept for every key of every alert. */
function isSmall(value: unknown): boolean {
  if (value === undefined) return false
  return JSON.stringify(value).length <= valueCharactersMax
}

function keyOf(flow: string, node: string, key: string): string {
  return JSON.stringify([flow, node, key])
}

function isAlert(value: unknown): value is Alert {
  if (!isRecord(value) || typeof value['raisedAt'] !== 'number') return false
  return ['flow', 'node', 'key', 'severity', 'text', 'state'].every(
    (name) => typeof value[name] === 'string',
  )
}

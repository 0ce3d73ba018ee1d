import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Alert } from '@millrace/protocol'
import { useWorkbench } from '../shell/context.tsx'
import { Button, EmptyState, Icon } from '../ui/index.ts'
import { agoText } from './clock-text.ts'
import styles from './panel.module.css'

const order = { open: 0, acknowledged: 1, cleared: 2 } as const

/** Alerts of all flows: those that need somebody first, those that are over last. */
export function AlertsPanel() {
  const { live } = useWorkbench()
  const alerts = useStore(live.alerts, (state) => state.alerts)
  const now = useNow()
  if (alerts.length === 0)
    return <EmptyState title="No alerts">What alert nodes raise is listed here.</EmptyState>
  const sorted = alerts.toSorted(
    (a, b) => order[a.state] - order[b.state] || b.raisedAt - a.raisedAt,
  )
  return (
    <ul className={styles['scroll']} data-testid="alerts">
      {sorted.map((alert) => (
        <li key={`${alert.flow} ${alert.node} ${alert.key}`}>
          <AlertRow alert={alert} now={now} />
        </li>
      ))}
    </ul>
  )
}

function AlertRow({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  const { editor, live, view } = useWorkbench()
  const show = async () => {
    const flow = await editor.openFlow(alert.flow)
    flow?.select([alert.node])
    view.showNode(alert.node)
  }
  const acknowledge = async () => {
    try {
      const changed = await editor.api.acknowledgeAlert(alert)
      live.setAlerts(
        live.alerts.getState().alerts.map((one) => (isSame(one, changed) ? changed : one)),
      )
    } catch (error) {
      editor.notify({ kind: 'error', text: 'Not acknowledged', detail: String(error) })
    }
  }
  return (
    <div className={styles['row']} data-done={alert.state === 'cleared' || undefined}>
      <span className={styles['severity']} data-severity={alert.severity}>
        <Icon name={alert.severity === 'info' ? 'info' : 'triangle-alert'} size={14} />
      </span>
      <span className={styles['state']}>{alert.state}</span>
      <span className={styles['text']}>{alert.text}</span>
      <button type="button" className={styles['node']} onClick={() => void show()}>
        {alert.key}
      </button>
      <time className={styles['time']}>{agoText(alert.clearedAt ?? alert.raisedAt, now)} ago</time>
      {alert.state === 'open' && (
        <Button size="small" onClick={() => void acknowledge()}>
          Acknowledge
        </Button>
      )}
    </div>
  )
}

function isSame(one: Alert, other: Alert): boolean {
  return one.flow === other.flow && one.node === other.node && one.key === other.key
}

/** The time, looked at every few seconds. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000)
    return () => clearInterval(timer)
  }, [])
  return now
}

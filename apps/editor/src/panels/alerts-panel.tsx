import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Alert } from '@millrace/protocol'
import { useWorkbench } from '../shell/context.tsx'
import { Button, EmptyState, Icon, Select } from '../ui/index.ts'
import { alertsToShow, valueText, type AlertFilter } from './alert-list.ts'
import { agoText } from './clock-text.ts'
import styles from './panel.module.css'
import { PanelSearch } from './panel-search.tsx'

/** Alerts of all flows: those that need somebody first, those that are over last. */
export function AlertsPanel() {
  const { live } = useWorkbench()
  const alerts = useStore(live.alerts, (state) => state.alerts)
  const now = useNow()
  const [states, setStates] = useState<AlertFilter['states']>('all')
  const [search, setSearch] = useState('')
  if (alerts.length === 0)
    return (
      <EmptyState icon="siren" title="No alerts">
        What alert nodes raise, in all flows, is listed here.
      </EmptyState>
    )
  const shown = alertsToShow(alerts, { states, search })
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <PanelSearch label="Search alerts" value={search} onChange={setSearch} />
        <Select<AlertFilter['states']>
          label="Which alerts"
          value={states}
          onChange={setStates}
          options={[
            { value: 'all', label: 'All' },
            { value: 'present', label: 'Not cleared' },
            { value: 'open', label: 'Not acknowledged' },
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <EmptyState icon="search" title="No alert fits" />
      ) : (
        <ul className={styles['scroll']} data-testid="alerts" tabIndex={0} aria-label="Alerts">
          {shown.map((alert) => (
            <li key={`${alert.flow} ${alert.node} ${alert.key}`}>
              <AlertRow alert={alert} now={now} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const icons = { info: 'info', warning: 'triangle-alert', critical: 'siren' } as const

function AlertRow({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  const { editor, view } = useWorkbench()
  const title = useStore(
    editor.session,
    ({ flows }) => flows.find(({ name }) => name === alert.flow)?.title ?? alert.flow,
  )
  const show = async () => {
    const flow = await editor.openFlow(alert.flow)
    flow?.select([alert.node])
    view.showNode(alert.node)
  }
  return (
    <div className={styles['alert']} data-state={alert.state}>
      <span className={styles['severity']} data-severity={alert.severity}>
        <Icon name={icons[alert.severity]} size={14} />
        <span className="unseen">{alert.severity}</span>
      </span>
      <span className={styles['text']}>{alert.text}</span>
      <span className={styles['value']}>{valueText(alert.value)}</span>
      <span className={styles['key']} title={alert.key}>
        {alert.key}
      </span>
      <button type="button" className={styles['node']} onClick={() => void show()}>
        {title}
      </button>
      <time
        className={styles['time']}
        dateTime={new Date(alert.raisedAt).toISOString()}
        title={new Date(alert.raisedAt).toLocaleString()}
      >
        {agoText(alert.raisedAt, now)} ago
      </time>
      <span className={styles['state']}>
        {alert.state === 'open' ? <Acknowledge alert={alert} /> : alert.state}
      </span>
    </div>
  )
}

function Acknowledge({ alert }: { readonly alert: Alert }) {
  const { editor, live } = useWorkbench()
  const acknowledge = async () => {
    try {
      const changed = await editor.api.acknowledgeAlert(alert)
      live.setAlerts(
        live.alerts.getState().alerts.map((one) => (isSame(one, changed) ? changed : one)),
      )
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: 'Not acknowledged', detail })
    }
  }
  return (
    <Button size="small" onClick={() => void acknowledge()}>
      Acknowledge
    </Button>
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

import { useId, useState } from 'react'
import { useStore } from 'zustand'
import type { MadeDashboard } from '@millrace/protocol'
import styles from '../dialogs/dialogs.module.css'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Dialog } from '../ui/index.ts'
import { downloadText } from '../values/index.ts'
import { MadeNotice } from './made-notice.tsx'

export interface GrafanaDialogProps {
  readonly flow: string
  /** Id of the Grafana to begin with. */
  readonly connection: string | undefined
}

/** Makes a dashboard of what a flow shows and keeps, in a Grafana or as a file. */
export function GrafanaDialog({ flow, connection }: GrafanaDialogProps) {
  const { editor, layout } = useWorkbench()
  const documents = useStore(editor.connections.store, (state) => state.documents)
  const flows = useStore(editor.session, (session) => session.flows)
  const servers = [...documents.values()].filter(({ type }) => type === 'grafana/connection')
  const [chosen, setChosen] = useState(connection ?? '')
  const [url, setUrl] = useState(location.origin)
  const [isBusy, setBusy] = useState(false)
  const [made, setMade] = useState<MadeDashboard>()
  const server = servers.find(({ id }) => id === chosen) ?? servers[0]
  const title = flows.find(({ name }) => name === flow)?.title ?? flow

  const attempt = async (run: () => Promise<void>) => {
    setBusy(true)
    try {
      await run()
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: 'No dashboard was made', detail })
    } finally {
      setBusy(false)
    }
  }
  const make = () =>
    attempt(async () => {
      if (server === undefined) return
      setMade(await editor.makeDashboard(flow, { connection: server.id, url }))
    })
  const download = () =>
    attempt(async () => {
      const dashboard = await editor.dashboard(flow)
      downloadText(JSON.stringify(dashboard, undefined, 2), `${flow}-dashboard.json`)
    })
  const makeServer = () => {
    let saved: string | undefined
    layout.openDialog({
      kind: 'new-connection',
      type: 'grafana/connection',
      assign: (id) => (saved = id),
      back: () => ({
        kind: 'grafana',
        flow,
        ...(saved === undefined ? {} : { connection: saved }),
      }),
    })
  }
  return (
    <Dialog
      title="Grafana dashboard"
      description={`A panel for each chart and each stored field of ${title}. Making it again updates it.`}
      testId="grafana-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <Button
            icon="download"
            disabled={isBusy}
            data-testid="grafana-download"
            onClick={() => void download()}
          >
            Download
          </Button>
          <span className={styles['spacer']} />
          <Button onClick={() => layout.closeDialog()}>Close</Button>
          <Button
            look="primary"
            icon="layout-dashboard"
            isBusy={isBusy}
            disabled={isBusy || server === undefined || url === ''}
            data-testid="grafana-make"
            onClick={() => void make()}
          >
            Make dashboard
          </Button>
        </>
      }
    >
      <div className={styles['stack']}>
        <ServerChoice
          servers={servers}
          value={server?.id ?? ''}
          onChange={setChosen}
          onNew={makeServer}
        />
        <AddressInput value={url} onChange={setUrl} />
        {made !== undefined && <MadeNotice made={made} />}
      </div>
    </Dialog>
  )
}

interface ServerChoiceProps {
  readonly servers: readonly { readonly id: string; readonly name: string }[]
  readonly value: string
  readonly onChange: (id: string) => void
  readonly onNew: () => void
}

function ServerChoice({ servers, value, onChange, onNew }: ServerChoiceProps) {
  const id = useId()
  if (servers.length === 0) {
    return (
      <div className={styles['field']}>
        <span className={styles['label']}>Grafana</span>
        <Button icon="plus" data-testid="grafana-new" onClick={onNew}>
          New Grafana
        </Button>
      </div>
    )
  }
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        Grafana
      </label>
      <select
        id={id}
        className={styles['input']}
        value={value}
        onChange={({ target }) => (target.value === '' ? onNew() : onChange(target.value))}
      >
        {servers.map((server) => (
          <option key={server.id} value={server.id}>
            {server.name}
          </option>
        ))}
        <option value="">New …</option>
      </select>
    </div>
  )
}

function AddressInput({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (url: string) => void
}) {
  const id = useId()
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        Address of Millrace, as Grafana reaches it
      </label>
      <input
        id={id}
        className={styles['input']}
        value={value}
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
      />
      <span className={styles['dim']}>
        Grafana reads what flows keep by a Prometheus data source at this address; it needs no
        plugin.
      </span>
    </div>
  )
}

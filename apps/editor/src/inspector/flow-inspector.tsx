import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Version } from '@millrace/protocol'
import type { FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { deployWithCare } from '../shell/deploy-with-care.ts'
import { GuaranteeSection } from '../trust/guarantee-section.tsx'
import { Button } from '../ui/index.ts'
import { DurabilitySection } from './durability-section.tsx'
import { endpointsOf } from './endpoints.ts'
import styles from './inspector.module.css'

/** The flow itself: what it is called, how it runs, and its deployed versions. */
export function FlowInspector({ flow }: { readonly flow: FlowEditor }) {
  const about = useFlowState(flow, ({ document }) => document.about)
  return (
    <div className={styles['inspector']}>
      <header className={styles['head']}>
        <h2 className="unseen">{about.get('title')}</h2>
        <div className={styles['line']}>
          <input
            className={styles['name']}
            aria-label="Title of the flow"
            value={about.get('title') ?? ''}
            maxLength={100}
            onChange={(event) => flow.setTitle(event.target.value)}
            onBlur={() => flow.endTyping()}
          />
        </div>
        <RunLine flow={flow} />
      </header>
      <div className={styles['body']}>
        <label className={styles['field']}>
          <span className={styles['heading']}>What it is for</span>
          <textarea
            className={styles['text']}
            rows={3}
            maxLength={2000}
            placeholder="A sentence for whoever opens this flow next"
            value={about.get('description') ?? ''}
            onChange={(event) => flow.setDescription(event.target.value)}
            onBlur={() => flow.endTyping()}
          />
        </label>
        <Endpoints flow={flow} />
        <GuaranteeSection flow={flow} />
        <DurabilitySection flow={flow} />
        <Versions flow={flow} />
      </div>
    </div>
  )
}

function RunLine({ flow }: { readonly flow: FlowEditor }) {
  const deployment = useFlowState(flow, (state) => state.deployment)
  const nodes = useFlowState(flow, ({ document }) => document.nodes.size)
  const isRunning = deployment.state === 'running'
  const isBad = deployment.state === 'failed' || deployment.state === 'quarantined'
  return (
    <>
      <p className={styles['status']}>
        <span>
          {nodes} {nodes === 1 ? 'node' : 'nodes'}
        </span>
        <span className={styles['state']} data-state={isRunning ? 'ok' : isBad ? 'error' : 'idle'}>
          {deployment.state}
          {deployment.version !== undefined && ` · version ${deployment.version}`}
        </span>
        {deployment.restarts > 0 && <span>{deployment.restarts} restarts</span>}
        {isRunning && (
          <Button size="small" look="quiet" icon="square" onClick={() => void flow.stop()}>
            Stop
          </Button>
        )}
      </p>
      {deployment.reason !== undefined && (
        <p className={styles['problem']} data-severity={isBad ? 'error' : 'warning'}>
          {deployment.reason}
        </p>
      )}
    </>
  )
}

/** Addresses at which the flow answers. */
function Endpoints({ flow }: { readonly flow: FlowEditor }) {
  const { editor, live } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const { descriptors } = useStore(editor.catalog)
  const base = useStore(live.server, ({ status }) => status?.flowHttpUrl)
  const found = [...nodes.values()].flatMap((node) => endpointsOf(node, descriptors.get(node.type)))
  if (found.length === 0 || base === undefined) return null
  return (
    <section className={styles['ports']}>
      <h3 className={styles['heading']}>Answers at</h3>
      {found.map(({ node, method, path }) => (
        <code key={`${node} ${path}`} className={styles['endpoint']}>
          {method} {base}
          {path}
        </code>
      ))}
    </section>
  )
}

function Versions({ flow }: { readonly flow: FlowEditor }) {
  const workbench = useWorkbench()
  const { editor, layout } = workbench
  // What the flow keeps on disk is told every second, with the same version.
  const version = useFlowState(flow, ({ deployment }) => deployment.version)
  const state = useFlowState(flow, ({ deployment }) => deployment.state)
  // The channel may tell of a version before it is kept; what was deployed is known after that.
  const deployed = useFlowState(flow, (flowState) => flowState.deployed)
  const [versions, setVersions] = useState<readonly Version[]>()
  useEffect(() => {
    let isCurrent = true
    editor.api
      .versions(flow.name)
      .then((found) => isCurrent && setVersions(found.toSorted((a, b) => b.number - a.number)))
      .catch(() => isCurrent && setVersions([]))
    return () => {
      isCurrent = false
    }
  }, [editor, flow, version, state, deployed])
  if (versions === undefined || versions.length === 0)
    return <p className={styles['dim']}>Not deployed yet.</p>
  return (
    <section className={styles['ports']}>
      <h3 className={styles['heading']}>Deployed versions</h3>
      <ol className={styles['versions']}>
        {versions.slice(0, 6).map((version) => (
          <li key={version.number} data-running={version.isRunning || undefined}>
            <span className={styles['number']}>{version.number}</span>
            <span className={styles['grow']}>
              {version.note ?? `${version.nodeCount} nodes`}
              <time
                className={styles['dim']}
                dateTime={new Date(version.deployedAt).toISOString()}
                title={new Date(version.deployedAt).toLocaleString()}
              >
                {' '}
                {whenText(version.deployedAt)}
              </time>
            </span>
            {version.isRunning ? (
              <span className={styles['state']} data-state="ok">
                runs
              </span>
            ) : (
              <Button
                size="small"
                look="quiet"
                onClick={() => void deployWithCare(workbench, flow, version.number)}
              >
                Deploy
              </Button>
            )}
          </li>
        ))}
      </ol>
      <Button size="small" onClick={() => layout.openDialog({ kind: 'versions' })}>
        Compare versions …
      </Button>
    </section>
  )
}

/** Short enough to stand behind a note. */
function whenText(time: number): string {
  const [day, clock] = [{ month: 'short', day: 'numeric' }, { timeStyle: 'short' }] as const
  const isToday = new Date(time).toDateString() === new Date().toDateString()
  return isToday
    ? new Date(time).toLocaleTimeString(undefined, clock)
    : new Date(time).toLocaleDateString(undefined, day)
}

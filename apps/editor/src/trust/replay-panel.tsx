import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { RecordedSourceInfo, ReplayInfo } from '@millrace/protocol'
import { shownBytes } from '../format/numbers.ts'
import type { FlowEditor } from '../model/index.ts'
import { Button, EmptyState, Select } from '../ui/index.ts'
import { ReplayPlaces } from './replay-places.tsx'
import { createReplayStore, type ReplayStore } from './replay-store.ts'
import { createTrustApi } from './trust-api.ts'
import styles from './trust.module.css'

/** Recorded input through the flow as it is drawn, beside what the deployed one gives. */
export function ReplayPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Replay flow={flow} />
}

function Replay({ flow }: { readonly flow: FlowEditor }) {
  const replays = useMemo(() => storeFor(flow), [flow])
  const { sources, replay } = useStore(replays.store)
  useEffect(() => {
    void replays.load()
    return () => replays.close()
  }, [replays])
  if (sources !== undefined && sources.length === 0 && replay === undefined)
    return (
      <EmptyState icon="rewind" title="Nothing is recorded yet">
        Sources keep what they take in before they acknowledge it: MQTT with QoS 1 or 2, and HTTP
        that answers 202. The last hour of it can be run through a changed flow here, before it is
        deployed.
      </EmptyState>
    )
  return (
    <div className={styles['panel']}>
      <Tools replays={replays} sources={sources ?? []} />
      {replay === undefined ? (
        <EmptyState icon="rewind" title="Try the flow on what it took in">
          The flow as it is drawn and the deployed one get the same recorded input, with their sinks
          muted. What differs is shown side by side.
        </EmptyState>
      ) : (
        <Outcome flow={flow} replay={replay} />
      )}
    </div>
  )
}

function storeFor(flow: FlowEditor): ReplayStore {
  return createReplayStore({
    flow: flow.name,
    api: createTrustApi(),
    saveFlow: () => flow.save(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  })
}

type Last = '60000' | '600000' | '3600000' | 'all'

interface ToolsProps {
  readonly replays: ReplayStore
  readonly sources: readonly RecordedSourceInfo[]
}

function Tools({ replays, sources }: ToolsProps) {
  const { replay, trouble } = useStore(replays.store)
  const [last, setLast] = useState<Last>('600000')
  const isRunning = replay?.state === 'running'
  const start = () => void replays.start(last === 'all' ? undefined : Number(last))
  return (
    <div className={styles['tools']}>
      <Select<Last>
        label="Which stretch"
        value={last}
        onChange={setLast}
        options={[
          { value: '60000', label: 'Last minute' },
          { value: '600000', label: 'Last 10 minutes' },
          { value: '3600000', label: 'Last hour' },
          { value: 'all', label: 'All that is recorded' },
        ]}
      />
      {isRunning ? (
        <Button size="small" icon="square" onClick={() => void replays.cancel()}>
          Cancel
        </Button>
      ) : (
        <Button size="small" icon="rewind" data-testid="start-replay" onClick={start}>
          Replay
        </Button>
      )}
      {isRunning && (
        <>
          <progress className={styles['progress']} aria-label="Progress" value={replay.progress} />
          <span className={styles['note']}>{Math.round(replay.progress * 100)} %</span>
        </>
      )}
      <span className={styles['grow']} />
      {trouble === undefined ? (
        <span className={styles['note']}>{recordedText(sources)}</span>
      ) : (
        <span className={styles['trouble']}>{trouble}</span>
      )}
    </div>
  )
}

function recordedText(sources: readonly RecordedSourceInfo[]): string {
  if (sources.length === 0) return ''
  const since = Math.min(...sources.map(({ fromMs }) => fromMs))
  const records = sources.reduce((sum, source) => sum + source.records, 0)
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0)
  const from = new Date(since).toLocaleTimeString(undefined, { hour12: false })
  return `${records.toLocaleString('en-US')} records since ${from}, ${shownBytes(bytes)}`
}

const endings = { failed: 'The replay failed.', cancelled: 'Cancelled.', running: '', done: '' }

function Outcome({ flow, replay }: { readonly flow: FlowEditor; readonly replay: ReplayInfo }) {
  const { state, reason, result } = replay
  if (result === undefined)
    return (
      <p className={styles['lone']} data-testid="replay-state">
        {state === 'running' ? 'Running …' : (reason ?? endings[state])}
      </p>
    )
  return (
    <div className={styles['scroll']} tabIndex={0} aria-label="What came of it">
      <p className={styles['lone']} data-testid="replay-state">
        {result.records.toLocaleString('en-US')} records replayed
        {!result.hasDeployed && '; nothing is deployed to compare with'}.
      </p>
      {result.notes.map((note) => (
        <p key={note} className={styles['lone']}>
          <span className={styles['noted']}>{note}</span>
        </p>
      ))}
      <ReplayPlaces flow={flow} result={result} />
    </div>
  )
}

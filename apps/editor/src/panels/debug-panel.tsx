import { useMemo, useState, useSyncExternalStore } from 'react'
import type { DebugView } from '../live/index.ts'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { EmptyState, IconButton, Select } from '../ui/index.ts'
import { calmly } from './calmly.ts'
import { debugAdvice } from './debug-advice.ts'
import { DebugList } from './debug-list.tsx'
import styles from './panel.module.css'
import { PanelSearch } from './panel-search.tsx'

/** What debug nodes show, the newest at the end, which stays in view unless scrolled away. */
export function DebugPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  return flow === undefined ? <EmptyState title="No flow is open" /> : <Debug flow={flow} />
}

/** `all`, `selected`, or the id of a debug node behind `node `. */
type Source = 'all' | 'selected' | `node ${string}`

/** Nobody reads faster than this. */
const drawsEveryMs = 200

function Debug({ flow }: { readonly flow: FlowEditor }) {
  const { live } = useWorkbench()
  const subscribe = useMemo(() => calmly(live.debug.subscribe, drawsEveryMs), [live])
  const arriving = useSyncExternalStore(subscribe, () => live.debug.entries())
  const selected = useFlowState(flow, (state) => state.selection.nodes)
  const [frozen, setFrozen] = useState<readonly DebugView[]>()
  const [source, setSource] = useState<Source>('all')
  const [search, setSearch] = useState('')
  const entries = frozen ?? arriving
  const nodes = useMemo(
    () => (source === 'all' ? undefined : source === 'selected' ? selected : [source.slice(5)]),
    [source, selected],
  )
  const shown = useMemo(
    () => filtered(entries, { flow: flow.name, nodes, search: search.toLowerCase() }),
    [entries, flow, nodes, search],
  )
  const clear = () => {
    live.debug.clear()
    if (frozen !== undefined) setFrozen([])
  }
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <PanelSearch label="Search messages" value={search} onChange={setSearch} />
        <SourceSelect flow={flow} source={source} onChange={setSource} />
        <span className={styles['grow']} />
        <Counts waiting={frozen === undefined ? 0 : waitingBehind(frozen, arriving)} />
        <IconButton
          icon={frozen === undefined ? 'pause' : 'play'}
          size="small"
          label={frozen === undefined ? 'Pause' : 'Go on'}
          isActive={frozen !== undefined}
          onClick={() => setFrozen(frozen === undefined ? arriving : undefined)}
        />
        <IconButton icon="trash-2" size="small" label="Clear" onClick={clear} />
      </div>
      {shown.length === 0 ? (
        <NoMessages flow={flow} isFiltered={entries.some((entry) => entry.flow === flow.name)} />
      ) : (
        <DebugList flow={flow} entries={shown} isPaused={frozen !== undefined} />
      )}
    </div>
  )
}

interface Wanted {
  readonly flow: string
  readonly nodes: Iterable<string> | undefined
  /** In small letters. */
  readonly search: string
}

function filtered(
  entries: readonly DebugView[],
  { flow, nodes, search }: Wanted,
): readonly DebugView[] {
  const wanted = nodes === undefined ? undefined : new Set(nodes)
  return entries.filter(
    (entry) =>
      entry.flow === flow &&
      (wanted === undefined || wanted.has(entry.node)) &&
      (search === '' || `${entry.topic ?? ''} ${entry.value.json}`.toLowerCase().includes(search)),
  )
}

function waitingBehind(frozen: readonly DebugView[], arriving: readonly DebugView[]): number {
  const last = frozen.at(-1)?.number ?? 0
  const newest = arriving.at(-1)?.number ?? last
  return Math.max(0, newest - last)
}

/** How many messages came while paused, and how many never came, because there were too many. */
function Counts({ waiting }: { readonly waiting: number }) {
  const { live } = useWorkbench()
  const subscribe = useMemo(() => calmly(live.debug.subscribe, drawsEveryMs), [live])
  const dropped = useSyncExternalStore(subscribe, () => live.debug.dropped())
  return (
    <>
      {waiting > 0 && (
        <span className={styles['note']}>{waiting.toLocaleString('en-US')} since</span>
      )}
      {dropped > 0 && (
        <span className={styles['note']} title="Too many to show; the flow itself lost nothing">
          {dropped.toLocaleString('en-US')} not shown
        </span>
      )}
    </>
  )
}

interface SourceSelectProps {
  readonly flow: FlowEditor
  readonly source: Source
  readonly onChange: (source: Source) => void
}

function SourceSelect({ flow, source, onChange }: SourceSelectProps) {
  const { editor } = useWorkbench()
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const catalog = editor.catalog.getState()
  const debugNodes = [...nodes.values()]
    .filter(({ type }) => type === 'core/debug')
    .map((node) => ({ value: `node ${node.id}` as const, label: nameOf(catalog, node) }))
  return (
    <Select<Source>
      label="Of which nodes"
      value={source}
      onChange={onChange}
      options={[
        { value: 'all', label: 'All debug nodes' },
        { value: 'selected', label: 'What is selected' },
        ...debugNodes,
      ]}
    />
  )
}

interface NoMessagesProps {
  readonly flow: FlowEditor
  readonly isFiltered: boolean
}

function NoMessages({ flow, isFiltered }: NoMessagesProps) {
  const advice = useFlowState(flow, debugAdvice)
  return isFiltered ? (
    <EmptyState icon="search" title="No message fits the search or the chosen nodes" />
  ) : (
    <EmptyState icon="bug" title="No messages yet">
      {advice}
    </EmptyState>
  )
}

import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { DebugView } from '../live/index.ts'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { EmptyState, IconButton } from '../ui/index.ts'
import { valueOf, ValueTree } from '../values/index.ts'
import { clockText } from './clock-text.ts'
import styles from './panel.module.css'

/** What debug nodes show, the newest at the end, which stays in view unless scrolled away. */
export function DebugPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  const { live } = useWorkbench()
  const entries = useSyncExternalStore(
    (listener) => live.debug.subscribe(listener),
    () => live.debug.entries(),
  )
  const [node, setNode] = useState('')
  const [search, setSearch] = useState('')
  const shown = useMemo(
    () => entries.filter((entry) => isWanted(entry, flow?.name, { node, search })),
    [entries, flow, node, search],
  )
  return (
    <div className={styles['panel']}>
      <DebugTools flow={flow} node={node} onNode={setNode} search={search} onSearch={setSearch} />
      {shown.length === 0 ? (
        <EmptyState title={entries.length === 0 ? 'No messages yet' : 'None that fits'}>
          Wire a debug node to what you want to look at, and deploy.
        </EmptyState>
      ) : (
        <DebugList flow={flow} entries={shown} />
      )}
    </div>
  )
}

interface Wanted {
  readonly node: string
  readonly search: string
}

function isWanted(entry: DebugView, flow: string | undefined, { node, search }: Wanted): boolean {
  if (entry.flow !== flow) return false
  if (node !== '' && entry.node !== node) return false
  if (search === '') return true
  const text = `${entry.topic ?? ''} ${entry.value.json}`
  return text.toLowerCase().includes(search.toLowerCase())
}

interface DebugToolsProps extends Wanted {
  readonly flow: FlowEditor | undefined
  readonly onNode: (node: string) => void
  readonly onSearch: (search: string) => void
}

function DebugTools({ flow, node, onNode, search, onSearch }: DebugToolsProps) {
  const { live, editor } = useWorkbench()
  const isPaused = useSyncExternalStore(live.debug.subscribe, () => live.debug.isPaused())
  const dropped = useSyncExternalStore(live.debug.subscribe, () => live.debug.dropped())
  const nodes = [...(flow?.store.getState().document.nodes.values() ?? [])].filter(
    ({ type }) => type === 'core/debug',
  )
  return (
    <div className={styles['tools']}>
      <input
        className={styles['search']}
        type="search"
        aria-label="Search messages"
        placeholder="Search"
        value={search}
        onChange={(event) => onSearch(event.target.value)}
      />
      <select
        className={styles['filter']}
        aria-label="Of which node"
        value={node}
        onChange={(event) => onNode(event.target.value)}
      >
        <option value="">All debug nodes</option>
        {nodes.map((one) => (
          <option key={one.id} value={one.id}>
            {nameOf(editor.catalog.getState(), one)}
          </option>
        ))}
      </select>
      <span className={styles['grow']} />
      {dropped > 0 && (
        <span className={styles['note']}>{dropped.toLocaleString('en-US')} more not shown</span>
      )}
      <IconButton
        icon={isPaused ? 'play' : 'pause'}
        size="small"
        label={isPaused ? 'Go on' : 'Pause'}
        isActive={isPaused}
        onClick={() => live.debug.setPaused(!isPaused)}
      />
      <IconButton icon="trash-2" size="small" label="Clear" onClick={() => live.debug.clear()} />
    </div>
  )
}

interface DebugListProps {
  readonly flow: FlowEditor | undefined
  readonly entries: readonly DebugView[]
}

function DebugList({ flow, entries }: DebugListProps) {
  const scroll = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 25,
    getItemKey: (index) => entries[index]?.number ?? index,
    overscan: 8,
  })
  useEffect(() => {
    if (isAtEnd.current) rows.scrollToIndex(entries.length - 1, { align: 'end' })
  }, [rows, entries])
  return (
    <div
      ref={scroll}
      className={styles['scroll']}
      data-testid="debug-list"
      tabIndex={0}
      role="log"
      aria-label="Debug messages"
      aria-live="off"
      onScroll={({ currentTarget: at }) => {
        isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 40
      }}
    >
      <div style={{ position: 'relative', height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const entry = entries[row.index]
          if (entry === undefined) return null
          return (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              style={{
                position: 'absolute',
                insetInline: 0,
                transform: `translateY(${row.start}px)`,
              }}
            >
              <Entry flow={flow} entry={entry} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Entry({
  flow,
  entry,
}: {
  readonly flow: FlowEditor | undefined
  readonly entry: DebugView
}) {
  const { editor, view } = useWorkbench()
  const node = flow?.store.getState().document.nodes.get(entry.node)
  const name = node === undefined ? entry.node : nameOf(editor.catalog.getState(), node)
  return (
    <div className={styles['entry']} data-testid="debug-entry">
      <time className={styles['time']}>{clockText(entry.time)}</time>
      <button
        type="button"
        className={styles['node']}
        title={`Show ${name} on the canvas`}
        onClick={() => {
          flow?.select([entry.node])
          view.showNode(entry.node)
        }}
      >
        {name}
        {entry.topic !== undefined && <div className={styles['dim']}>{entry.topic}</div>}
      </button>
      <ValueTree
        value={valueOf(entry.value)}
        name={entry.shows}
        path={entry.shows}
        openLevels={0}
      />
      <IconButton
        icon="copy"
        size="small"
        label="Copy the value"
        onClick={() => void navigator.clipboard.writeText(entry.value.json)}
      />
    </div>
  )
}

import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useRef } from 'react'
import type { DebugView } from '../live/index.ts'
import type { FlowEditor } from '../model/index.ts'
import { Icon } from '../ui/index.ts'
import { copyText, valueOf, ValueTree } from '../values/index.ts'
import { clockText } from './clock-text.ts'
import { NodeLink } from './node-link.tsx'
import styles from './panel.module.css'

interface DebugListProps {
  readonly flow: FlowEditor
  readonly entries: readonly DebugView[]
  readonly isPaused: boolean
}

const rowHeight = 25
/** How near to its end, in pixels, a list counts as scrolled to the end. */
const endReach = 40

/** Only what is in view is drawn, so that any number may come. */
export function DebugList({ flow, entries, isPaused }: DebugListProps) {
  const scroll = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => entries[index]?.number ?? index,
    overscan: 8,
  })
  useEffect(() => {
    if (isAtEnd.current && !isPaused) rows.scrollToIndex(entries.length - 1, { align: 'end' })
  }, [rows, entries, isPaused])
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
        isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < endReach
      }}
    >
      <div className={styles['tall']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const entry = entries[row.index]
          if (entry === undefined) return null
          return (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={styles['placed']}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Entry flow={flow} entry={entry} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface EntryProps {
  readonly flow: FlowEditor
  readonly entry: DebugView
}

/** Drawn once: a message does not change any more. */
const Entry = memo(function Entry({ flow, entry }: EntryProps) {
  return (
    <div className={styles['entry']} data-testid="debug-entry">
      <time className={styles['time']}>{clockText(entry.time)}</time>
      <NodeLink flow={flow} node={entry.node} />
      <span className={styles['topic']} title={entry.topic}>
        {entry.topic}
      </span>
      <ValueTree
        value={valueOf(entry.value)}
        name={entry.shows}
        path={entry.shows === 'message' ? '' : entry.shows}
        openLevels={0}
      />
      <button
        type="button"
        className={styles['copy']}
        aria-label="Copy the message"
        title="Copy the message"
        onClick={() => void copyText(entry.value.json)}
      >
        <Icon name="copy" size={14} />
      </button>
    </div>
  )
})

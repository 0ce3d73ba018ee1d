import { useState, useSyncExternalStore } from 'react'
import type { LogEntry } from '@millrace/protocol'
import type { FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { EmptyState, Icon, IconButton, Select } from '../ui/index.ts'
import { ValueTree } from '../values/index.ts'
import { clockText } from './clock-text.ts'
import { NodeLink } from './node-link.tsx'
import styles from './panel.module.css'
import { PanelSearch } from './panel-search.tsx'

const mostShown = 300
const icons = { debug: 'bug', info: 'info', warn: 'triangle-alert', error: 'circle-x' } as const

type Least = 'all' | 'warn' | 'error'

const levels: Readonly<Record<Least, ReadonlySet<LogEntry['level']>>> = {
  all: new Set(['debug', 'info', 'warn', 'error']),
  warn: new Set(['warn', 'error']),
  error: new Set(['error']),
}

/** What the flow wrote into its log, the newest first. */
export function LogPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  const { live } = useWorkbench()
  const entries = useSyncExternalStore(live.log.subscribe, () => live.log.entries())
  const [least, setLeast] = useState<Least>('all')
  const [search, setSearch] = useState('')
  const own = entries.filter((entry) => entry.flow === flow?.name)
  if (own.length === 0)
    return (
      <EmptyState icon="list-tree" title="Nothing logged">
        Errors and notes of this flow come here.
      </EmptyState>
    )
  const wanted = search.toLowerCase()
  const shown = own
    .filter(({ level, text }) => levels[least].has(level) && text.toLowerCase().includes(wanted))
    .slice(-mostShown)
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <PanelSearch label="Search the log" value={search} onChange={setSearch} />
        <Select<Least>
          label="How serious"
          value={least}
          onChange={setLeast}
          options={[
            { value: 'all', label: 'Everything' },
            { value: 'warn', label: 'Warnings and errors' },
            { value: 'error', label: 'Errors' },
          ]}
        />
        <span className={styles['grow']} />
        <IconButton icon="trash-2" size="small" label="Clear" onClick={() => live.log.clear()} />
      </div>
      <ol className={styles['scroll']} tabIndex={0} aria-label="Log">
        {shown.toReversed().map((entry) => (
          <li key={entry.number} className={styles['logged']}>
            <span className={styles['severity']} data-severity={entry.level}>
              <Icon name={icons[entry.level]} size={14} />
            </span>
            <time className={styles['time']}>{clockText(entry.time)}</time>
            {entry.node === undefined ? <span /> : <NodeLink flow={flow} node={entry.node} />}
            <div>
              <p className={styles['text']}>{entry.text}</p>
              {entry.details !== undefined && (
                <ValueTree value={entry.details} name="details" openLevels={0} />
              )}
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}

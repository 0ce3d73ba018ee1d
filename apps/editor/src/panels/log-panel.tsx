import { useSyncExternalStore } from 'react'
import type { FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { EmptyState, Icon, IconButton } from '../ui/index.ts'
import { clockText } from './clock-text.ts'
import styles from './panel.module.css'

const mostShown = 300
const icons = { debug: 'bug', info: 'info', warn: 'triangle-alert', error: 'circle-x' } as const

/** What the flow wrote into its log, the newest first. */
export function LogPanel({ flow }: { readonly flow: FlowEditor | undefined }) {
  const { live, view } = useWorkbench()
  const entries = useSyncExternalStore(
    (listener) => live.log.subscribe(listener),
    () => live.log.entries(),
  )
  const own = entries.filter((entry) => entry.flow === flow?.name).slice(-mostShown)
  if (own.length === 0)
    return <EmptyState title="Nothing logged">Errors and notes of this flow come here.</EmptyState>
  return (
    <div className={styles['panel']}>
      <div className={styles['tools']}>
        <span className={styles['grow']} />
        <IconButton icon="trash-2" size="small" label="Clear" onClick={() => live.log.clear()} />
      </div>
      <ol className={styles['scroll']}>
        {own.toReversed().map((entry) => (
          <li key={entry.number} className={styles['row']}>
            <span className={styles['severity']} data-severity={entry.level}>
              <Icon name={icons[entry.level]} size={14} />
            </span>
            <time className={styles['time']}>{clockText(entry.time)}</time>
            <span className={styles['text']}>{entry.text}</span>
            {entry.node !== undefined && (
              <button
                type="button"
                className={styles['node']}
                onClick={() => entry.node !== undefined && view.showNode(entry.node)}
              >
                {entry.node}
              </button>
            )}
          </li>
        ))}
      </ol>
    </div>
  )
}

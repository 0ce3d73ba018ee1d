import { useState } from 'react'
import { useActions } from '../shell/actions/actions.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Dialog, EmptyState, Shortcut } from '../ui/index.ts'
import styles from './dialogs.module.css'
import own from './shortcuts-dialog.module.css'

interface Shown {
  readonly id: string
  readonly section: string
  readonly title: string
  readonly keys?: string | undefined
}

/** What `canvas/keyboard.ts` does with keys that mean something on the canvas alone. */
const onCanvas: readonly Shown[] = [
  { title: 'To the node beside, along the wires', keys: 'ArrowRight' },
  { title: 'Connect to…', keys: 'C' },
  { title: 'Add a node after', keys: 'A' },
  { title: 'Insert a node into the wire', keys: 'I' },
  { title: 'Move with the arrow keys', keys: 'M' },
  { title: 'Move a little', keys: 'Alt+ArrowRight' },
  { title: 'Add to the selection', keys: 'Shift+Enter' },
  { title: 'Select nothing', keys: 'Escape' },
].map((shown) => ({ ...shown, id: shown.title, section: 'On the canvas' }))

/** Every action that has keys, by what it is about. */
export function ShortcutsDialog() {
  const { layout } = useWorkbench()
  const actions = useActions()
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const found = [...actions, ...onCanvas].filter(
    ({ keys, title }) => keys !== undefined && title.toLowerCase().includes(wanted),
  )
  const sections = Map.groupBy(found, ({ section }) => section)
  return (
    <Dialog
      title="Keyboard shortcuts"
      width="wide"
      testId="shortcuts-dialog"
      onClose={() => layout.closeDialog()}
    >
      <div className={styles['stack']}>
        <input
          className={styles['input']}
          type="search"
          autoFocus
          aria-label="Search shortcuts"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {found.length === 0 && <EmptyState title="No action by that name has keys" />}
        <div className={own['columns']}>
          {[...sections].map(([section, entries]) => (
            <Section key={section} title={section} actions={entries} />
          ))}
        </div>
      </div>
    </Dialog>
  )
}

function Section({
  title,
  actions,
}: {
  readonly title: string
  readonly actions: readonly Shown[]
}) {
  return (
    <section className={own['section']}>
      <h3 className={styles['heading']}>{title}</h3>
      <dl>
        {actions.map(({ id, title: name, keys = '' }) => (
          <div key={id} className={own['row']}>
            <dt>{name.replace(/…$/, '')}</dt>
            <dd>
              <Shortcut keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

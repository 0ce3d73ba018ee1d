import { useState } from 'react'
import type { Action } from '../shell/actions/action.ts'
import { useActions } from '../shell/actions/actions.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Dialog, EmptyState, Shortcut } from '../ui/index.ts'
import styles from './dialogs.module.css'
import own from './shortcuts-dialog.module.css'

/** Every action that has keys, by what it is about. */
export function ShortcutsDialog() {
  const { layout } = useWorkbench()
  const actions = useActions()
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const found = actions.filter(
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
  readonly actions: readonly Action[]
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

import { useStore } from 'zustand'
import { Button, EmptyState, Icon, Menu, type MenuEntry } from '../ui/index.ts'
import { useWorkbench } from './context.tsx'
import { PanelHeader } from './panel-header.tsx'
import styles from './panel.module.css'

/** Brokers, databases and whatever else nodes share. */
export function ConnectionList() {
  const { editor, layout } = useWorkbench()
  const documents = useStore(editor.connections.store, (state) => state.documents)
  const descriptors = useStore(editor.catalog, (catalog) => catalog.descriptors)
  const entries = [...descriptors.values()]
    .filter(({ kind }) => kind === 'connection')
    .map(({ type, title, icon }): MenuEntry => ({
      label: title,
      icon,
      run: () => layout.openDialog({ kind: 'new-connection', type }),
    }))
  const sorted = [...documents.values()].toSorted((a, b) => a.name.localeCompare(b.name))
  return (
    <>
      <PanelHeader title="Connections">
        <Menu entries={entries} align="end">
          <Button look="quiet" size="small" icon="plus" data-testid="new-connection">
            New
          </Button>
        </Menu>
      </PanelHeader>
      {sorted.length === 0 ? (
        <EmptyState icon="plug" title="No connections yet">
          A broker or a database is set up here once, and used by as many nodes as you like.
        </EmptyState>
      ) : (
        <ul className={styles['list']}>
          {sorted.map(({ id, name, type }) => (
            <li key={id}>
              <button
                type="button"
                className={styles['row']}
                data-testid={`connection-${id}`}
                onClick={() => layout.openDialog({ kind: 'connection', id })}
              >
                <Icon name={descriptors.get(type)?.icon ?? 'plug'} className={styles['icon']} />
                <span className={styles['text']}>
                  <span className={styles['name']}>{name}</span>
                  <span className={styles['detail']}>{descriptors.get(type)?.title ?? type}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

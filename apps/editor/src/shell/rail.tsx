import { useStore } from 'zustand'
import { ConnectionList } from './connection-list.tsx'
import { FlowList } from './flow-list.tsx'
import { Palette } from '../palette/index.ts'
import { IconButton } from '../ui/index.ts'
import { useWorkbench } from './context.tsx'
import type { RailPanel } from './layout.ts'
import styles from './rail.module.css'

const panels: readonly {
  readonly id: RailPanel
  readonly icon: string
  readonly label: string
  readonly shortcut?: string
}[] = [
  { id: 'palette', icon: 'shapes', label: 'Palette', shortcut: 'Mod+B' },
  { id: 'flows', icon: 'workflow', label: 'Flows' },
  { id: 'connections', icon: 'plug', label: 'Connections' },
]

/** The left edge: what can be placed, which flows there are, what they share. */
export function Rail() {
  const { layout } = useWorkbench()
  const shown = useStore(layout, ({ rail }) => rail)
  const panel = panels.find(({ id }) => id === shown)
  return (
    <div className={styles['rail']} data-region="rail">
      <nav className={styles['strip']} aria-label="Panels">
        {panels.map(({ id, icon, label, shortcut }) => (
          <IconButton
            key={id}
            icon={icon}
            label={label}
            shortcut={shortcut}
            side="right"
            isActive={shown === id}
            data-testid={`rail-${id}`}
            onClick={() => layout.toggleRail(id)}
          />
        ))}
      </nav>
      {panel !== undefined && (
        <section
          className={styles['panel']}
          aria-label={panel.label}
          data-testid={`panel-${panel.id}`}
        >
          {panel.id === 'palette' && <Palette />}
          {panel.id === 'flows' && <FlowList />}
          {panel.id === 'connections' && <ConnectionList />}
        </section>
      )}
    </div>
  )
}

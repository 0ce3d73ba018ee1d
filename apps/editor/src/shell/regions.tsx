import { useStore } from 'zustand'
import { DialogFor } from '../dialogs/index.ts'
import { Inspector } from '../inspector/index.ts'
import { useDrawerTabs } from '../panels/index.ts'
import { IconButton, Tabs } from '../ui/index.ts'
import { useActiveFlow, useWorkbench } from './context.tsx'
import type { DrawerTab } from './layout.ts'
import { ResizeHandle } from './resize-handle.tsx'
import styles from './regions.module.css'

/** Where the parts of `src/inspector`, `src/panels` and `src/dialogs` are shown. */
export function InspectorRegion() {
  const { layout } = useWorkbench()
  const flow = useActiveFlow()
  const { isInspectorOpen, inspectorWidth } = useStore(layout)
  if (!isInspectorOpen || flow === undefined) return null
  return (
    <aside
      className={styles['inspector']}
      style={{ width: inspectorWidth }}
      aria-label="Inspector"
      data-region="inspector"
      data-testid="inspector"
      tabIndex={-1}
    >
      <ResizeHandle
        side="left"
        label="Width of the inspector"
        size={inspectorWidth}
        range={[264, 640]}
        onResize={(width) => layout.setState({ inspectorWidth: width })}
      />
      <Inspector key={flow.name} flow={flow} />
    </aside>
  )
}

export function DrawerRegion() {
  const { layout } = useWorkbench()
  const flow = useActiveFlow()
  const { isDrawerOpen, drawer, drawerHeight } = useStore(layout)
  const tabs = useDrawerTabs(flow)
  if (!isDrawerOpen) return null
  return (
    <section
      className={styles['drawer']}
      style={{ height: drawerHeight }}
      aria-label="Drawer"
      data-region="drawer"
      data-testid="drawer"
      tabIndex={-1}
    >
      <ResizeHandle
        side="top"
        label="Height of the drawer"
        size={drawerHeight}
        range={[120, 640]}
        onResize={(height) => layout.setState({ drawerHeight: height })}
      />
      <Tabs
        label="Drawer"
        tabs={tabs}
        active={drawer}
        // The ids are those of `DrawerTab`.
        onChange={(id) => layout.setState({ drawer: id as DrawerTab })}
        extra={
          <IconButton
            icon="chevron-down"
            size="small"
            label="Close the drawer"
            shortcut="Mod+J"
            onClick={() => layout.setState({ isDrawerOpen: false })}
          />
        }
      />
    </section>
  )
}

export function DialogRegion() {
  const { layout } = useWorkbench()
  const { dialog } = useStore(layout)
  return dialog === undefined ? null : <DialogFor request={dialog} />
}

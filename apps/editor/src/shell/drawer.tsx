import { useStore } from 'zustand'
import { useDrawerTabs } from '../panels/index.ts'
import { IconButton, Tabs } from '../ui/index.ts'
import { useActiveFlow, useWorkbench } from './context.tsx'
import type { DrawerTab } from './layout.ts'

/** What the drawer holds; loaded when it is first opened. */
export function Drawer() {
  const { layout } = useWorkbench()
  const flow = useActiveFlow()
  const drawer = useStore(layout, (state) => state.drawer)
  const tabs = useDrawerTabs(flow)
  return (
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
  )
}

import { selectedNode } from '../../model/index.ts'
import { inFront, type Action } from './action.ts'
import type { Workbench } from '../context.tsx'
import type { DrawerTab, LiveMode } from '../layout.ts'
import type { ThemeChoice } from '../../theme/index.ts'

export function viewActions(workbench: Workbench): readonly Action[] {
  return [
    ...zoomActions(workbench),
    ...panelActions(workbench),
    ...drawerActions(workbench),
    ...liveActions(workbench),
    ...themeActions(workbench),
    ...helpActions(workbench),
  ]
}

const section = 'View'

function zoomActions(workbench: Workbench): readonly Action[] {
  const { view, layout } = workbench
  const { isOpen } = inFront(workbench)
  return [
    {
      id: 'view.fit',
      title: 'Zoom to fit',
      section,
      keys: 'Shift+1',
      icon: 'maximize',
      isEnabled: isOpen,
      run: () => view.fit(),
    },
    {
      id: 'view.zoom1',
      title: 'Zoom to 100 %',
      section,
      keys: 'Shift+0',
      isEnabled: isOpen,
      run: () => view.zoomTo(1),
    },
    {
      id: 'view.zoomIn',
      title: 'Zoom in',
      section,
      keys: 'Mod+=',
      icon: 'zoom-in',
      isEnabled: isOpen,
      run: () => view.zoomBy(1.25),
    },
    {
      id: 'view.zoomOut',
      title: 'Zoom out',
      section,
      keys: 'Mod+-',
      icon: 'zoom-out',
      isEnabled: isOpen,
      run: () => view.zoomBy(0.8),
    },
    {
      id: 'view.minimap',
      title: 'Minimap',
      section,
      keys: 'Shift+M',
      icon: 'map',
      run: () => layout.setState(({ isMinimapShown: is }) => ({ isMinimapShown: !is })),
    },
  ]
}

function panelActions(workbench: Workbench): readonly Action[] {
  const { layout } = workbench
  const { flow } = inFront(workbench)
  const isInspectable = () => {
    const state = flow()?.store.getState()
    return state !== undefined && selectedNode(state) !== undefined
  }
  return [
    {
      id: 'view.commands',
      title: 'Commands',
      section,
      keys: 'Mod+K',
      icon: 'search',
      run: () => layout.setState(({ isCommandPaletteOpen: is }) => ({ isCommandPaletteOpen: !is })),
    },
    {
      id: 'view.palette',
      title: 'Palette',
      section,
      keys: 'Mod+B',
      icon: 'panel-left',
      run: () => layout.toggleRail('palette'),
    },
    {
      id: 'view.inspector',
      title: 'Inspector',
      section,
      keys: 'Mod+I',
      icon: 'panel-right',
      run: () => layout.setState(({ isInspectorOpen: is }) => ({ isInspectorOpen: !is })),
    },
    {
      id: 'view.settings',
      title: 'Settings of the selected node',
      section,
      keys: 'Enter',
      isHandledElsewhere: true,
      isEnabled: isInspectable,
      run: () => layout.openInspector(),
    },
  ]
}

const drawerTabs: readonly (readonly [DrawerTab, string, string])[] = [
  ['debug', 'Debug messages', 'bug'],
  ['problems', 'Problems', 'circle-alert'],
  ['log', 'Log', 'list-tree'],
  ['alerts', 'Alerts', 'siren'],
  ['charts', 'Charts', 'chart-line'],
  ['history', 'History of what was done', 'history'],
]

function drawerActions({ layout }: Workbench): readonly Action[] {
  return [
    {
      id: 'view.drawer',
      title: 'Drawer',
      section,
      keys: 'Mod+J',
      icon: 'panel-bottom',
      run: () => layout.setState(({ isDrawerOpen: is }) => ({ isDrawerOpen: !is })),
    },
    ...drawerTabs.map(([tab, title, icon]): Action => ({
      id: `view.${tab}`,
      title,
      section,
      icon,
      run: () => layout.showDrawer(tab),
    })),
  ]
}

const liveModes: readonly (readonly [LiveMode, string])[] = [
  ['full', 'Show all live numbers'],
  ['calm', 'Calm: live numbers where the pointer is'],
  ['off', 'No live numbers'],
]

function liveActions({ layout }: Workbench): readonly Action[] {
  return liveModes.map(([liveMode, title]) => ({
    id: `view.live.${liveMode}`,
    title,
    section,
    icon: 'activity',
    run: () => layout.setState({ liveMode }),
  }))
}

const themes: readonly (readonly [ThemeChoice, string, string])[] = [
  ['light', 'Light theme', 'sun'],
  ['dark', 'Dark theme', 'moon'],
  ['auto', 'Theme of this machine', 'monitor'],
]

function themeActions({ theme }: Workbench): readonly Action[] {
  return themes.map(([choice, title, icon]) => ({
    id: `view.${choice}`,
    title,
    section,
    icon,
    run: () => theme.choose(choice),
  }))
}

function helpActions({ layout }: Workbench): readonly Action[] {
  return [
    {
      id: 'view.shortcuts',
      title: 'Keyboard shortcuts',
      section: 'Help',
      keys: '?',
      icon: 'keyboard',
      run: () => layout.openDialog({ kind: 'shortcuts' }),
    },
  ]
}

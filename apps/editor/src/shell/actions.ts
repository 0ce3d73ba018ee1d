import { useMemo } from 'react'
import { selectedNode, type FlowEditor } from '../model/index.ts'
import { copySelection, cutSelection, pasteFromSystem } from './clipboard.ts'
import { useWorkbench, type Workbench } from './context.tsx'
import type { LiveMode } from './layout.ts'

/** Something that can be done: by its keys, from a menu, or found in the command palette. */
export interface Action {
  readonly id: string
  readonly title: string
  readonly section: 'Edit' | 'Arrange' | 'Flow' | 'View' | 'Help'
  /** Such as `Mod+Shift+Z`. */
  readonly keys?: string
  readonly icon?: string
  /** Its keys are the browser's own or the canvas listens to them itself. */
  readonly isHandledElsewhere?: boolean
  readonly isEnabled?: () => boolean
  readonly run: () => void
}

export function useActions(): readonly Action[] {
  const workbench = useWorkbench()
  return useMemo(() => actionsOf(workbench), [workbench])
}

export function actionsOf(workbench: Workbench): readonly Action[] {
  return [
    ...editActions(workbench),
    ...arrangeActions(workbench),
    ...flowActions(workbench),
    ...viewActions(workbench),
    ...helpActions(workbench),
  ]
}

/** Actions on the flow in front do nothing while there is none. */
function withFlow({ editor }: Workbench) {
  return {
    flow: (): FlowEditor | undefined => editor.active(),
    isOpen: () => editor.active() !== undefined,
    hasSelection: () => {
      const selection = editor.active()?.store.getState().selection
      return selection !== undefined && (selection.nodes.size > 0 || selection.wires.size > 0)
    },
    hasNodes: (least = 1) => {
      const selection = editor.active()?.store.getState().selection
      return selection !== undefined && selection.nodes.size >= least
    },
  }
}

function editActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen, hasSelection, hasNodes } = withFlow(workbench)
  const history = () => flow()?.store.getState().history
  const section = 'Edit'
  return [
    {
      id: 'edit.undo',
      title: 'Undo',
      section,
      keys: 'Mod+Z',
      icon: 'undo-2',
      isEnabled: () => (history()?.index ?? 0) > 0,
      run: () => flow()?.undo(),
    },
    {
      id: 'edit.redo',
      title: 'Redo',
      section,
      keys: 'Mod+Shift+Z',
      icon: 'redo-2',
      isEnabled: () => (history()?.index ?? 0) < (history()?.transactions.length ?? 0),
      run: () => flow()?.redo(),
    },
    {
      id: 'edit.add',
      title: 'Add a node…',
      section,
      keys: 'Space',
      icon: 'plus',
      isHandledElsewhere: true,
      isEnabled: isOpen,
      run: () => workbench.layout.setState({ quickAdd: { at: workbench.view.center() } }),
    },
    {
      id: 'edit.cut',
      title: 'Cut',
      section,
      keys: 'Mod+X',
      icon: 'scissors',
      isHandledElsewhere: true,
      isEnabled: () => hasNodes(),
      run: () => void cutSelection(workbench),
    },
    {
      id: 'edit.copy',
      title: 'Copy',
      section,
      keys: 'Mod+C',
      icon: 'copy',
      isHandledElsewhere: true,
      isEnabled: () => hasNodes(),
      run: () => void copySelection(workbench),
    },
    {
      id: 'edit.paste',
      title: 'Paste',
      section,
      keys: 'Mod+V',
      icon: 'clipboard-paste',
      isHandledElsewhere: true,
      isEnabled: isOpen,
      run: () => void pasteFromSystem(workbench),
    },
    {
      id: 'edit.duplicate',
      title: 'Duplicate',
      section,
      keys: 'Mod+D',
      icon: 'copy-plus',
      isEnabled: () => hasNodes(),
      run: () => flow()?.duplicate(),
    },
    {
      id: 'edit.delete',
      title: 'Delete',
      section,
      keys: 'Delete',
      icon: 'trash-2',
      isEnabled: hasSelection,
      run: () => flow()?.deleteSelection(),
    },
    {
      id: 'edit.deleteHeal',
      title: 'Delete and join what was around',
      section,
      keys: 'Mod+Delete',
      isEnabled: () => hasNodes(),
      run: () => flow()?.deleteSelection({ heal: true }),
    },
    {
      id: 'edit.detach',
      title: 'Detach from wires',
      section,
      keys: 'Mod+Shift+X',
      icon: 'unplug',
      isEnabled: () => hasNodes(),
      run: () => flow()?.detach(flow()?.store.getState().selection.nodes ?? []),
    },
    {
      id: 'edit.disable',
      title: 'Disable or enable',
      section,
      keys: 'Mod+E',
      icon: 'power',
      isEnabled: () => hasNodes(),
      run: () => toggleDisabled(flow()),
    },
    {
      id: 'edit.selectAll',
      title: 'Select all',
      section,
      keys: 'Mod+A',
      isEnabled: isOpen,
      run: () => flow()?.selectAll(),
    },
    {
      id: 'edit.upstream',
      title: 'Select upstream',
      section,
      keys: 'Alt+U',
      isEnabled: () => hasNodes(),
      run: () => flow()?.selectUpstream(),
    },
    {
      id: 'edit.downstream',
      title: 'Select downstream',
      section,
      keys: 'Alt+D',
      isEnabled: () => hasNodes(),
      run: () => flow()?.selectDownstream(),
    },
  ]
}

function toggleDisabled(flow: FlowEditor | undefined): void {
  if (flow === undefined) return
  const { selection, document } = flow.store.getState()
  const isAnyOn = [...selection.nodes].some((id) => document.nodes.get(id)?.isDisabled !== true)
  flow.setDisabled(selection.nodes, isAnyOn)
}

const alignments = [
  ['left', 'Align left edges'],
  ['center', 'Align centres, one above the other'],
  ['right', 'Align right edges'],
  ['top', 'Align upper edges'],
  ['middle', 'Align middles, side by side'],
  ['bottom', 'Align lower edges'],
] as const

function arrangeActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen, hasNodes } = withFlow(workbench)
  const section = 'Arrange'
  return [
    {
      id: 'arrange.tidy',
      title: 'Tidy up',
      section,
      keys: 'Alt+Shift+T',
      icon: 'layout-grid',
      isEnabled: isOpen,
      run: () => void tidyUp(workbench),
    },
    {
      id: 'arrange.group',
      title: 'Group',
      section,
      keys: 'Mod+G',
      icon: 'group',
      isEnabled: () => hasNodes(),
      run: () => void flow()?.group('Group'),
    },
    {
      id: 'arrange.ungroup',
      title: 'Ungroup',
      section,
      keys: 'Mod+Shift+G',
      icon: 'ungroup',
      isEnabled: () => groupsOfSelection(flow()).length > 0,
      run: () => flow()?.ungroup(groupsOfSelection(flow())),
    },
    ...alignments.map(([how, title]): Action => ({
      id: `arrange.align.${how}`,
      title,
      section,
      isEnabled: () => hasNodes(2),
      run: () => flow()?.align(how),
    })),
    {
      id: 'arrange.distribute.x',
      title: 'Same distance, left to right',
      section,
      icon: 'align-horizontal-distribute-center',
      isEnabled: () => hasNodes(3),
      run: () => flow()?.distribute('x'),
    },
    {
      id: 'arrange.distribute.y',
      title: 'Same distance, top to bottom',
      section,
      icon: 'align-vertical-distribute-center',
      isEnabled: () => hasNodes(3),
      run: () => flow()?.distribute('y'),
    },
  ]
}

/** Puts things in order and shows the result. */
export async function tidyUp({ editor, view }: Workbench): Promise<void> {
  await editor.active()?.tidyUp()
  view.fit()
}

function groupsOfSelection(flow: FlowEditor | undefined): readonly string[] {
  if (flow === undefined) return []
  const { selection, document } = flow.store.getState()
  return [...document.groups.values()]
    .filter(({ nodes }) => nodes.some((id) => selection.nodes.has(id)))
    .map(({ id }) => id)
}

function flowActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen } = withFlow(workbench)
  const { editor, layout } = workbench
  const section = 'Flow'
  const isRunning = () => {
    const state = flow()?.store.getState().deployment.state
    return state !== undefined && state !== 'stopped'
  }
  return [
    {
      id: 'flow.deploy',
      title: 'Deploy',
      section,
      keys: 'Mod+Enter',
      icon: 'arrow-up-from-line',
      isEnabled: isOpen,
      run: () => void flow()?.deploy(),
    },
    {
      id: 'flow.changes',
      title: 'What would deploying change…',
      section,
      icon: 'git-compare',
      isEnabled: isOpen,
      run: () => layout.openDialog({ kind: 'deploy' }),
    },
    {
      id: 'flow.stop',
      title: 'Stop the flow',
      section,
      icon: 'circle-stop',
      isEnabled: isRunning,
      run: () => void flow()?.stop(),
    },
    {
      id: 'flow.save',
      title: 'Save now',
      section,
      keys: 'Mod+S',
      icon: 'save',
      isEnabled: isOpen,
      run: () =>
        void flow()
          ?.save()
          .catch(() => undefined),
    },
    {
      id: 'flow.new',
      title: 'New flow',
      section,
      icon: 'plus',
      run: () => void editor.createFlow('New flow'),
    },
    {
      id: 'flow.import',
      title: 'Import…',
      section,
      icon: 'file-up',
      run: () => layout.openDialog({ kind: 'import' }),
    },
    {
      id: 'flow.export',
      title: 'Export…',
      section,
      icon: 'file-down',
      isEnabled: isOpen,
      run: () => layout.openDialog({ kind: 'export', flows: flow() ? [flow()?.name ?? ''] : [] }),
    },
    {
      id: 'flow.versions',
      title: 'Versions…',
      section,
      icon: 'history',
      isEnabled: isOpen,
      run: () => layout.openDialog({ kind: 'versions' }),
    },
    {
      id: 'flow.close',
      title: 'Close the flow',
      section,
      icon: 'x',
      isEnabled: isOpen,
      run: () => editor.closeTab(flow()?.name ?? ''),
    },
  ]
}

const liveModes: readonly (readonly [LiveMode, string])[] = [
  ['full', 'Show all live numbers'],
  ['calm', 'Calm: live numbers where the pointer is'],
  ['off', 'No live numbers'],
]

function viewActions(workbench: Workbench): readonly Action[] {
  const { layout, view, theme } = workbench
  const { isOpen, flow } = withFlow(workbench)
  const section = 'View'
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
    {
      id: 'view.drawer',
      title: 'Drawer',
      section,
      keys: 'Mod+J',
      icon: 'panel-bottom',
      run: () => layout.setState(({ isDrawerOpen: is }) => ({ isDrawerOpen: !is })),
    },
    {
      id: 'view.debug',
      title: 'Debug messages',
      section,
      icon: 'bug',
      run: () => layout.showDrawer('debug'),
    },
    {
      id: 'view.problems',
      title: 'Problems',
      section,
      icon: 'circle-alert',
      run: () => layout.showDrawer('problems'),
    },
    {
      id: 'view.log',
      title: 'Log',
      section,
      icon: 'list-tree',
      run: () => layout.showDrawer('log'),
    },
    {
      id: 'view.alerts',
      title: 'Alerts',
      section,
      icon: 'siren',
      run: () => layout.showDrawer('alerts'),
    },
    {
      id: 'view.charts',
      title: 'Charts',
      section,
      icon: 'chart-line',
      run: () => layout.showDrawer('charts'),
    },
    {
      id: 'view.history',
      title: 'History of what was done',
      section,
      icon: 'history',
      run: () => layout.showDrawer('history'),
    },
    {
      id: 'view.minimap',
      title: 'Minimap',
      section,
      keys: 'Shift+M',
      icon: 'map',
      run: () => layout.setState(({ isMinimapShown: is }) => ({ isMinimapShown: !is })),
    },
    ...liveModes.map(([liveMode, title]): Action => ({
      id: `view.live.${liveMode}`,
      title,
      section,
      icon: 'activity',
      run: () => layout.setState({ liveMode }),
    })),
    {
      id: 'view.light',
      title: 'Light theme',
      section,
      icon: 'sun',
      run: () => theme.choose('light'),
    },
    {
      id: 'view.dark',
      title: 'Dark theme',
      section,
      icon: 'moon',
      run: () => theme.choose('dark'),
    },
    {
      id: 'view.auto',
      title: 'Theme of this machine',
      section,
      icon: 'monitor',
      run: () => theme.choose('auto'),
    },
  ]
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

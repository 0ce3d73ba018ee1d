import { actionsOf } from '../shell/actions/actions.ts'
import { useWorkbench, type Workbench } from '../shell/context.tsx'
import { MenuAt, type MenuEntry } from '../ui/index.ts'
import type { CanvasMenu as Menu } from './canvas-state.ts'
import { replaceNode } from './replace-node.ts'
import type { Stage } from './stage.ts'
import { useCanvasState, useStage } from './stage-context.tsx'

/** What can be done with what is under the pointer. */
export function CanvasMenu() {
  const stage = useStage()
  const workbench = useWorkbench()
  const menu = useCanvasState((state) => state.menu)
  if (menu === undefined) return null
  return (
    <MenuAt
      at={menu.at}
      entries={entriesFor(stage, workbench, menu)}
      onClose={() => stage.state.setState({ menu: undefined })}
    />
  )
}

function entriesFor(stage: Stage, workbench: Workbench, { on }: Menu): readonly MenuEntry[] {
  const actions = actionsOf(workbench)
  const entry = (id: string, changes: Partial<MenuEntry> = {}): MenuEntry[] => {
    const action = actions.find((each) => each.id === id)
    if (action === undefined) return []
    const { title, keys, icon, isEnabled, run } = action
    const made = {
      label: title,
      shortcut: keys,
      isDisabled: isEnabled?.() === false,
      run,
      ...(icon === undefined ? {} : { icon }),
    }
    return [{ ...made, ...changes }]
  }
  if ('node' in on) return nodeEntries(stage, on.node, entry)
  if ('wire' in on) return wireEntries(stage, on.wire)
  return [
    {
      label: 'Add a node…',
      icon: 'plus',
      shortcut: 'Space',
      run: () => later(() => workbench.layout.setState({ quickAdd: { at: on.point } })),
    },
    ...entry('edit.paste'),
    { separator: true },
    ...entry('edit.selectAll'),
    ...entry('arrange.tidy'),
    ...entry('view.fit'),
  ]
}

type Entry = (id: string, changes?: Partial<MenuEntry>) => MenuEntry[]

function nodeEntries(stage: Stage, node: string, entry: Entry): readonly MenuEntry[] {
  const { flow, workbench } = stage
  const { document, selection } = flow.store.getState()
  const isDisabled = document.nodes.get(node)?.isDisabled === true
  const isOne = selection.nodes.size === 1
  return [
    ...(isOne
      ? [
          {
            label: 'Settings',
            icon: 'sliders-horizontal',
            shortcut: 'Enter',
            run: () => workbench.layout.openInspector(),
          },
          {
            label: 'Replace by…',
            icon: 'replace',
            shortcut: 'R',
            run: () => later(() => replaceNode(stage, node)),
          },
          { separator: true } as const,
        ]
      : []),
    ...entry('edit.cut'),
    ...entry('edit.copy'),
    ...entry('edit.duplicate'),
    ...entry('edit.disable', { label: isDisabled ? 'Enable' : 'Disable' }),
    { separator: true },
    ...entry('edit.upstream'),
    ...entry('edit.downstream'),
    ...entry('edit.detach'),
    ...entry('arrange.group'),
    ...entry('arrange.ungroup'),
    ...(isOne ? [] : entry('arrange.tidy')),
    { separator: true },
    ...entry('edit.delete', { isDangerous: true }),
    ...entry('edit.deleteHeal', { isDangerous: true }),
  ]
}

function wireEntries(stage: Stage, wire: string): readonly MenuEntry[] {
  const { workbench, flow, scene } = stage
  const curve = scene.curveOf(wire)
  const at =
    curve === undefined
      ? stage.center()
      : { x: (curve.from.x + curve.to.x) / 2, y: (curve.from.y + curve.to.y) / 2 }
  return [
    {
      label: 'Put a node in…',
      icon: 'plus',
      run: () => later(() => workbench.layout.setState({ quickAdd: { at, onWire: wire } })),
    },
    { separator: true },
    {
      label: 'Delete wire',
      icon: 'trash-2',
      shortcut: 'Delete',
      isDangerous: true,
      run: () => flow.disconnect([wire]),
    },
  ]
}

/** After the menu has gone, so that it does not take the focus back. */
function later(run: () => void): void {
  setTimeout(run, 0)
}

import type { FlowEditor } from '../../model/index.ts'
import { inFront, type Action } from './action.ts'
import type { Workbench } from '../context.tsx'

const alignments = [
  ['left', 'Align left edges'],
  ['center', 'Align centres, one above the other'],
  ['right', 'Align right edges'],
  ['top', 'Align upper edges'],
  ['middle', 'Align middles, side by side'],
  ['bottom', 'Align lower edges'],
] as const

const section = 'Arrange'

export function arrangeActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen, hasNodes } = inFront(workbench)
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

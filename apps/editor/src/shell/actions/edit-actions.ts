import { copySelection, cutSelection, pasteFromSystem } from '../clipboard.ts'
import type { FlowEditor } from '../../model/index.ts'
import { inFront, type Action } from './action.ts'
import type { Workbench } from '../context.tsx'

export function editActions(workbench: Workbench): readonly Action[] {
  return [
    ...historyActions(workbench),
    ...addActions(workbench),
    ...clipboardActions(workbench),
    ...removeActions(workbench),
    ...selectActions(workbench),
  ]
}

const section = 'Edit'

function historyActions(workbench: Workbench): readonly Action[] {
  const { flow } = inFront(workbench)
  const history = () => flow()?.store.getState().history
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
  ]
}

function addActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen, hasNodes } = inFront(workbench)
  return [
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
      id: 'edit.duplicate',
      title: 'Duplicate',
      section,
      keys: 'Mod+D',
      icon: 'copy-plus',
      isEnabled: () => hasNodes(),
      run: () => flow()?.duplicate(),
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
  ]
}

function toggleDisabled(flow: FlowEditor | undefined): void {
  if (flow === undefined) return
  const { selection, document } = flow.store.getState()
  const isAnyOn = [...selection.nodes].some((id) => document.nodes.get(id)?.isDisabled !== true)
  flow.setDisabled(selection.nodes, isAnyOn)
}

function clipboardActions(workbench: Workbench): readonly Action[] {
  const { isOpen, hasNodes } = inFront(workbench)
  return [
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
  ]
}

function removeActions(workbench: Workbench): readonly Action[] {
  const { flow, hasSelection, hasNodes } = inFront(workbench)
  return [
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
  ]
}

function selectActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen, hasNodes } = inFront(workbench)
  return [
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

import { inFront, type Action } from './action.ts'
import type { Workbench } from '../context.tsx'
import { deployWithCare } from '../deploy-with-care.ts'

export function flowActions(workbench: Workbench): readonly Action[] {
  return [...runActions(workbench), ...fileActions(workbench), dashboardAction(workbench)]
}

const section = 'Flow'

function runActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen } = inFront(workbench)
  const { layout } = workbench
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
      run: () => {
        const front = flow()
        if (front !== undefined) void deployWithCare(workbench, front)
      },
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
      id: 'flow.versions',
      title: 'Versions…',
      section,
      icon: 'history',
      isEnabled: isOpen,
      run: () => layout.openDialog({ kind: 'versions' }),
    },
    {
      id: 'flow.bring-back',
      title: 'Bring a version back onto the canvas…',
      section,
      icon: 'rotate-ccw',
      isEnabled: isOpen,
      run: () => layout.openDialog({ kind: 'versions' }),
    },
  ]
}

function fileActions(workbench: Workbench): readonly Action[] {
  const { flow, isOpen } = inFront(workbench)
  const { editor, layout } = workbench
  return [
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
      run: () => layout.setState({ isNamingFlow: true }),
    },
    {
      id: 'flow.example',
      title: 'New flow from an example…',
      section,
      icon: 'layout-grid',
      run: () => layout.openDialog({ kind: 'examples' }),
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
      id: 'flow.close',
      title: 'Close the flow',
      section,
      icon: 'x',
      isEnabled: isOpen,
      run: () => editor.closeTab(flow()?.name ?? ''),
    },
  ]
}

function dashboardAction(workbench: Workbench): Action {
  const { flow, isOpen } = inFront(workbench)
  const { layout } = workbench
  return {
    id: 'flow.grafana',
    title: 'Grafana dashboard…',
    section,
    icon: 'layout-dashboard',
    isEnabled: isOpen,
    run: () => layout.openDialog({ kind: 'grafana', flow: flow()?.name ?? '' }),
  }
}

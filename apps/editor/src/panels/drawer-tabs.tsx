import { useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { countProblems, worstLook, type FlowEditor, type FlowState } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { DeadLettersPanel } from '../trust/dead-letters-panel.tsx'
import { ReplayPanel } from '../trust/replay-panel.tsx'
import { TestsPanel } from '../trust/tests-panel.tsx'
import type { Tab } from '../ui/index.ts'
import { AlertsPanel } from './alerts-panel.tsx'
import { ChartsPanel } from './charts-panel.tsx'
import { DebugPanel } from './debug-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { LogPanel } from './log-panel.tsx'
import { ProblemsPanel } from './problems-panel.tsx'

/** The tabs of the drawer, by `DrawerTab`. */
export function useDrawerTabs(flow: FlowEditor | undefined): readonly Tab[] {
  const problems = useProblemCount(flow)
  const look = useProblemLook(flow)
  const { live } = useWorkbench()
  const open = useStore(
    live.alerts,
    ({ alerts }) => alerts.filter(({ state }) => state === 'open').length,
  )
  return [
    { id: 'debug', label: 'Debug', content: <DebugPanel flow={flow} /> },
    {
      id: 'problems',
      label: 'Problems',
      count: problems,
      countLook: look === 'error' || look === 'warning' ? look : 'plain',
      content: <ProblemsPanel flow={flow} />,
    },
    { id: 'log', label: 'Log', content: <LogPanel flow={flow} /> },
    {
      id: 'alerts',
      label: 'Alerts',
      count: open,
      countLook: 'warning',
      content: <AlertsPanel />,
    },
    { id: 'charts', label: 'Charts', content: <ChartsPanel flow={flow} /> },
    { id: 'tests', label: 'Tests', content: <TestsPanel flow={flow} /> },
    { id: 'replay', label: 'Replay', content: <ReplayPanel flow={flow} /> },
    {
      id: 'dead-letters',
      label: 'Dead letters',
      content: <DeadLettersPanel flow={flow} />,
    },
    { id: 'history', label: 'History', content: <HistoryPanel flow={flow} /> },
  ]
}

function useProblemCount(flow: FlowEditor | undefined): number {
  return useOfFlow(flow, ({ problems }) => problems.length) ?? 0
}

function useProblemLook(flow: FlowEditor | undefined) {
  return useOfFlow(flow, ({ problems, tried }) => worstLook(countProblems(problems, tried)))
}

/** Undefined while no flow is open. */
function useOfFlow<Value>(flow: FlowEditor | undefined, read: (state: FlowState) => Value) {
  const subscribe = (listener: () => void) => flow?.store.subscribe(listener) ?? (() => undefined)
  return useSyncExternalStore(subscribe, () =>
    flow === undefined ? undefined : read(flow.store.getState()),
  )
}

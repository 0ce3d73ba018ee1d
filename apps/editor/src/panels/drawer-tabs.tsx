import { useSyncExternalStore } from 'react'
import type { FlowEditor } from '../model/index.ts'
import { EmptyState, type Tab } from '../ui/index.ts'

/** The tabs of the drawer, by `DrawerTab`. */
export function useDrawerTabs(flow: FlowEditor | undefined): readonly Tab[] {
  const problems = useProblemCount(flow)
  return [
    { id: 'debug', label: 'Debug', content: <EmptyState title="No messages yet" /> },
    {
      id: 'problems',
      label: 'Problems',
      count: problems,
      countLook: 'error',
      content: <EmptyState title="No problems" />,
    },
    { id: 'log', label: 'Log', content: <EmptyState title="Nothing logged" /> },
    { id: 'alerts', label: 'Alerts', content: <EmptyState title="No alerts" /> },
    { id: 'charts', label: 'Charts', content: <EmptyState title="No charts" /> },
    { id: 'history', label: 'History', content: <EmptyState title="Nothing done yet" /> },
  ]
}

function useProblemCount(flow: FlowEditor | undefined): number {
  const subscribe = (listener: () => void) => flow?.store.subscribe(listener) ?? (() => undefined)
  return useSyncExternalStore(subscribe, () => flow?.store.getState().problems.length ?? 0)
}

import { useMemo } from 'react'
import { useWorkbench, type Workbench } from '../context.tsx'
import type { Action } from './action.ts'
import { arrangeActions } from './arrange-actions.ts'
import { editActions } from './edit-actions.ts'
import { flowActions } from './flow-actions.ts'
import { viewActions } from './view-actions.ts'

export function useActions(): readonly Action[] {
  const workbench = useWorkbench()
  return useMemo(() => actionsOf(workbench), [workbench])
}

/** Everything that can be done, in the order in which it is listed. */
export function actionsOf(workbench: Workbench): readonly Action[] {
  return [
    ...editActions(workbench),
    ...arrangeActions(workbench),
    ...flowActions(workbench),
    ...viewActions(workbench),
  ]
}

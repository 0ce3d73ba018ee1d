import type { Problem } from '@millrace/flow'
import type { ConnectionsState } from './connections.ts'
import { toFlow } from './document.ts'
import type { FlowCore } from './flow-core.ts'

/** How long after the last change, in milliseconds, a flow is checked. */
export const checkAfterMs = 150

export interface ProblemWatch {
  check(): void
  close(): void
}

/** Keeps `problems` true of what is drawn; places are not looked at. */
export function watchProblems(core: FlowCore, shared: () => ConnectionsState): ProblemWatch {
  const { store, surroundings } = core
  let cancel = () => {}
  const check = () => {
    const { descriptors, isLoaded } = core.catalog()
    if (!isLoaded) return
    const { documents, secrets } = shared()
    const known = { descriptors, connections: documents, secrets }
    const problems = surroundings.validate(toFlow(store.getState().document), known)
    store.setState({ problems: problems.toSorted(errorsFirst) })
  }
  const unsubscribe = store.subscribe(({ document }, { document: before }) => {
    if (document.nodes === before.nodes && document.wires === before.wires) return
    cancel()
    cancel = surroundings.clock.after(checkAfterMs, check)
  })
  return {
    check,
    close() {
      cancel()
      unsubscribe()
    },
  }
}

function errorsFirst(a: Problem, b: Problem): number {
  return Number(a.severity === 'warning') - Number(b.severity === 'warning')
}

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
  const find = async () => {
    const { descriptors, isLoaded } = core.catalog()
    if (!isLoaded) return
    const { documents, secrets } = shared()
    const known = { descriptors, connections: documents, secrets }
    const { document } = store.getState()
    const problems = await surroundings.validate(toFlow(document), known)
    // What has changed meanwhile is checked by itself.
    const { nodes, wires } = store.getState().document
    if (nodes === document.nodes && wires === document.wires)
      store.setState({ problems: problems.toSorted(errorsFirst) })
  }
  // A validator that cannot be loaded leaves what the server found.
  const check = () => void find().catch(() => undefined)
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

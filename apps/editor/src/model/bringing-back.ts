import type { Flow } from '@millrace/flow'
import { changesBetween } from './change.ts'
import { fromFlow } from './document.ts'
import type { FlowCore } from './flow-core.ts'

export interface BringingBack {
  /** Draws the flow as it was in a version, as one step that can be undone. False when it is so already. */
  bringBack(version: Flow, label: string): boolean
}

export function createBringingBack(core: FlowCore): BringingBack {
  return {
    bringBack: (version, label) =>
      core.transact(
        label,
        (draft) => {
          const wanted = { ...fromFlow(version), name: draft.now.name }
          for (const { in: name, key, after } of changesBetween(draft.now, wanted)) {
            if (after === undefined) draft.remove(name, key)
            else draft.set(name, key, after)
          }
        },
        { select: {} },
      ),
  }
}

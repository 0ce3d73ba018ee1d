import type { FlowNode } from '@millrace/flow'
import { changesBetween } from './change.ts'
import type { FlowDocument } from './document.ts'

/** What deploying would change. Places do not count: they do not run. */
export interface Undeployed {
  readonly added: readonly FlowNode[]
  readonly changed: readonly { readonly before: FlowNode; readonly after: FlowNode }[]
  readonly removed: readonly FlowNode[]
  readonly wiresAdded: number
  readonly wiresRemoved: number
  /** How many things that is: what the deploy button shows. */
  readonly count: number
}

export const nothingUndeployed: Undeployed = {
  added: [],
  changed: [],
  removed: [],
  wiresAdded: 0,
  wiresRemoved: 0,
  count: 0,
}

export function undeployed(deployed: FlowDocument | undefined, document: FlowDocument): Undeployed {
  if (deployed === document) return nothingUndeployed
  const before = deployed ?? { ...document, nodes: new Map(), wires: new Map() }
  const changes = changesBetween(before, document)
  const added: FlowNode[] = []
  const changed: { before: FlowNode; after: FlowNode }[] = []
  const removed: FlowNode[] = []
  let wiresAdded = 0
  let wiresRemoved = 0
  for (const change of changes) {
    if (change.in === 'wires') {
      if (change.after === undefined) wiresRemoved += 1
      else wiresAdded += 1
    }
    if (change.in !== 'nodes') continue
    const { before: old, after } = change
    if (old === undefined && after !== undefined) added.push(after)
    else if (old !== undefined && after === undefined) removed.push(old)
    else if (old !== undefined && after !== undefined) changed.push({ before: old, after })
  }
  const count = added.length + changed.length + removed.length + wiresAdded + wiresRemoved
  return { added, changed, removed, wiresAdded, wiresRemoved, count }
}

/** Remembers the answer for the two documents that it was asked about last. */
export function createUndeployed(): typeof undeployed {
  let deployed: FlowDocument | undefined
  let document: FlowDocument | undefined
  let answer = nothingUndeployed
  return (nextDeployed, nextDocument) => {
    const isSame =
      deployed === nextDeployed &&
      document?.nodes === nextDocument.nodes &&
      document.wires === nextDocument.wires
    if (!isSame) answer = undeployed(nextDeployed, nextDocument)
    deployed = nextDeployed
    document = nextDocument
    return answer
  }
}

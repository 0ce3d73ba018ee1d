import type { Position } from '@millrace/flow'
import { nameOf } from './catalog.ts'
import { counted } from './editing/labels.ts'
import type { FlowCore } from './flow-core.ts'
import { fragmentOf, insertFragment, parseFragment, type Fragment } from './fragment.ts'
import { around, measures } from './geometry.ts'
import { newNodeId } from './node-id.ts'

/** Commands that carry pieces of flows by text, as the system clipboard does. */
export interface Copying {
  /** The selected nodes as JSON; undefined when none is selected. */
  copy(): string | undefined
  cut(): string | undefined
  /** Puts a copied piece around `at`; returns false when the text is not one. */
  paste(text: string, options?: { readonly at?: Position }): boolean
  duplicate(by?: Position): void
}

const duplicateShift = { x: 24, y: 24 }

export function createCopying(
  core: FlowCore,
  deleteNodes: (nodes: Iterable<string>) => void,
): Copying {
  const selected = (): Fragment | undefined => {
    const { selection, document } = core.store.getState()
    return selection.nodes.size === 0 ? undefined : fragmentOf(document, selection.nodes)
  }
  const copying: Copying = {
    copy() {
      const fragment = selected()
      return fragment === undefined ? undefined : JSON.stringify(fragment, undefined, 2)
    },
    cut() {
      const text = copying.copy()
      if (text !== undefined) deleteNodes(core.store.getState().selection.nodes)
      return text
    },
    paste(text, { at } = {}) {
      const fragment = parseFragment(text)
      if (fragment === undefined || fragment.nodes.length === 0) return false
      const middle = middleOf(fragment)
      insert(core, fragment, {
        label: counted('Paste', fragment.nodes.length, 'node'),
        at: at ?? { x: middle.x + duplicateShift.x, y: middle.y + duplicateShift.y },
      })
      return true
    },
    duplicate(by = duplicateShift) {
      const fragment = selected()
      if (fragment === undefined) return
      const middle = middleOf(fragment)
      const [only] = fragment.nodes
      const label =
        fragment.nodes.length === 1 && only !== undefined
          ? `Duplicate ${nameOf(core.catalog(), only)}`
          : counted('Duplicate', fragment.nodes.length, 'node')
      insert(core, fragment, { label, at: { x: middle.x + by.x, y: middle.y + by.y } })
    },
  }
  return copying
}

function insert(
  core: FlowCore,
  fragment: Fragment,
  { label, at }: { readonly label: string; readonly at: Position },
): void {
  let ids: ReadonlySet<string> = new Set()
  core.transact(label, (draft) => {
    const isTaken = (id: string) => draft.now.nodes.has(id) || draft.now.groups.has(id)
    const taken = new Set<string>()
    const newId = (type: string) => {
      const id = newNodeId(
        type,
        (candidate) => taken.has(candidate) || isTaken(candidate),
        core.surroundings.random,
      )
      taken.add(id)
      return id
    }
    ids = insertFragment(draft, fragment, { newId, at })
  })
  core.select({ nodes: ids })
  const [first] = ids
  core.store.setState({ focus: first })
}

function middleOf(fragment: Fragment): Position {
  const boxes = Object.values(fragment.layout).map((place) => ({
    ...place,
    width: measures.cardWidth,
    height: measures.cardHeight,
  }))
  const { x, y, width, height } = around(boxes) ?? { x: 0, y: 0, width: 0, height: 0 }
  return { x: x + width / 2, y: y + height / 2 }
}

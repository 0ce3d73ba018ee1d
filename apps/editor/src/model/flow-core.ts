import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SavedFlow } from '@millrace/protocol'
import type { Catalog } from './catalog.ts'
import { applyChanges, edit, invert, type Change, type DocumentDraft } from './change.ts'
import { createWireLookup, fromFlow, type FlowDocument, type WireIndex } from './document.ts'
import { nothingSelected, type FlowState, type Selection } from './flow-state.ts'
import { emptyHistory, record, seal, type History } from './history.ts'
import type { Surroundings } from './surroundings.ts'
import { troubleAfter } from './trouble.ts'

/** What the commands of an open flow are made from: one store and one way to change the document. */
export interface FlowCore {
  readonly store: StoreApi<FlowState>
  readonly surroundings: Surroundings
  catalog(): Catalog
  wires(): WireIndex
  /**
   * Changes the document as one step of the history. Returns whether anything changed.
   * `select` is what is selected afterwards, when that changes.
   */
  transact(
    label: string,
    recipe: (draft: DocumentDraft) => void,
    options?: TransactOptions,
  ): boolean
  select(selection: Partial<Selection>): void
  /** Ends a stretch of typing. */
  seal(): void
  /** Goes to a place in the history: that many transactions done. */
  goTo(index: number): void
}

export interface TransactOptions {
  readonly coalesce?: string
  /** Joins the step before it, as `Transaction` says. */
  readonly isContinued?: boolean
  readonly select?: Partial<Selection>
}

export function createFlowCore(
  saved: SavedFlow,
  surroundings: Surroundings,
  catalog: () => Catalog,
): FlowCore {
  const store = createStore<FlowState>(() => openState(saved))
  const lookup = createWireLookup()
  return {
    store,
    surroundings,
    catalog,
    wires: () => lookup(store.getState().document),
    transact(label, recipe, { coalesce, isContinued, select } = {}) {
      const { document, changes } = edit(store.getState().document, recipe)
      if (changes.length > 0) {
        const at = surroundings.clock.now()
        const step = {
          label,
          at,
          changes,
          ...(coalesce === undefined ? {} : { coalesce }),
          ...(isContinued === undefined ? {} : { isContinued }),
        }
        store.setState(({ history }) => ({ document, history: record(history, step) }))
      }
      if (select !== undefined) store.setState(() => ({ selection: whole(select) }))
      store.setState(keepOnlyWhatIsThere)
      return changes.length > 0
    },
    select: (selection) => store.setState({ selection: whole(selection) }),
    seal: () => store.setState(({ history }) => ({ history: seal(history) })),
    goTo: (index) => store.setState((state) => stateAt(state, index)),
  }
}

function openState(saved: SavedFlow): FlowState {
  const document = fromFlow(saved.flow)
  const wasDeployed = saved.deployment.version !== undefined
  const deployed = saved.deployed === undefined ? document : fromFlow(saved.deployed)
  return {
    document,
    selection: nothingSelected,
    focus: undefined,
    saved: document,
    revision: saved.revision,
    saveState: 'saved',
    saveError: undefined,
    deployed: wasDeployed ? deployed : undefined,
    deployment: saved.deployment,
    trouble: troubleAfter(undefined, saved.deployment),
    isDeploying: false,
    problems: saved.problems,
    tried: new Set(wasDeployed ? deployed.nodes.keys() : []),
    history: emptyHistory,
  }
}

function whole({ nodes, wires }: Partial<Selection>): Selection {
  return { nodes: nodes ?? new Set(), wires: wires ?? new Set() }
}

/** Nodes and wires that are gone are no longer selected. */
function keepOnlyWhatIsThere(state: FlowState): Partial<FlowState> {
  const { document, selection, focus } = state
  const isThere = [...selection.nodes].every((id) => document.nodes.has(id))
  const areThere = [...selection.wires].every((id) => document.wires.has(id))
  const focused = focus !== undefined && !document.nodes.has(focus) ? undefined : focus
  if (isThere && areThere) return focused === focus ? state : { focus: focused }
  const nodes = new Set([...selection.nodes].filter((id) => document.nodes.has(id)))
  const wires = new Set([...selection.wires].filter((id) => document.wires.has(id)))
  return { selection: { nodes, wires }, focus: focused }
}

function stateAt(state: FlowState, wanted: number): Partial<FlowState> {
  const { history } = state
  const index = Math.max(0, Math.min(history.transactions.length, wanted))
  if (index === history.index) return {}
  const touched = changesTo(history, index)
  const document = applyChanges(state.document, touched)
  const nodes = touchedNodes(touched, document)
  const next = { ...state, document, history: { ...seal(history), index } }
  // Shows what the step was about, as a person would look for it.
  const selection = nodes.size > 0 ? { nodes, wires: new Set<string>() } : state.selection
  return {
    ...next,
    ...keepOnlyWhatIsThere({ ...next, selection }),
    ...(nodes.size > 0 ? { selection } : {}),
  }
}

function changesTo(history: History, index: number): readonly Change[] {
  const { transactions } = history
  if (index >= history.index)
    return transactions.slice(history.index, index).flatMap(({ changes }) => changes)
  return transactions
    .slice(index, history.index)
    .toReversed()
    .flatMap(({ changes }) => invert(changes).toReversed())
}

function touchedNodes(changes: readonly Change[], document: FlowDocument): ReadonlySet<string> {
  const ids = changes
    .filter((change) => change.in === 'nodes' || change.in === 'layout')
    .map(({ key }) => key)
  return new Set(ids.filter((id) => document.nodes.has(id)))
}

import type { PatchFlowBody, SavedFlow } from '@millrace/protocol'
import { ApiError } from './api.ts'
import { applyChanges, changesBetween, type Change } from './change.ts'
import { fromFlow, toFlow, type FlowDocument } from './document.ts'
import type { FlowCore } from './flow-core.ts'
import { record } from './history.ts'

/** Keeps the server's copy of a flow up to date. */
export interface Saving {
  /** Saves what changed, now. Rejects when the server does not take it. */
  save(): Promise<void>
  /** Takes over what somebody else saved: theirs, and on top of it what was changed here. */
  adopt(saved: SavedFlow): void
  /** Tells that the server has this revision now; one that is not ours is fetched. */
  onSavedElsewhere(revision: string): Promise<void>
  close(): void
}

/** How long after the last change, in milliseconds, a flow is saved by itself. */
export const autosaveAfterMs = 500

export function createSaving(core: FlowCore): Saving {
  const { store, surroundings } = core
  const { api, clock } = surroundings
  const name = store.getState().document.name
  let running: Promise<void> | undefined
  let cancelTimer = () => {}

  const unsubscribe = store.subscribe((state, before) => {
    if (state.document === before.document || state.document === state.saved) return
    if (state.saveState !== 'saving') store.setState({ saveState: 'waiting' })
    cancelTimer()
    cancelTimer = clock.after(autosaveAfterMs, () => void saving.save().catch(() => undefined))
  })

  const saveOnce = async (): Promise<void> => {
    const { document: sent, saved, revision } = store.getState()
    const changes = changesBetween(saved, sent)
    if (changes.length === 0) return store.setState({ saved: sent, saveState: 'saved' })
    store.setState({ saveState: 'saving' })
    const answer = await api.patchFlow(name, patchOf(revision, changes, sent))
    store.setState(({ document }) => ({
      saved: sent,
      revision: answer.revision,
      saveState: document === sent ? 'saved' : 'waiting',
      saveError: undefined,
    }))
  }

  const saveAndMerge = async (): Promise<void> => {
    try {
      await saveOnce()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      saving.adopt(await api.flow(name))
      await saveOnce()
    }
  }

  const saving: Saving = {
    save() {
      cancelTimer()
      const next = (running ?? Promise.resolve()).catch(() => undefined).then(saveAndMerge)
      const settled = next.catch((error: unknown) => {
        store.setState({ saveState: 'failed', saveError: sentence(error) })
        throw error
      })
      running = settled
      return settled
    },
    adopt: (saved) => adopt(core, saved),
    async onSavedElsewhere(revision) {
      await running?.catch(() => undefined)
      if (store.getState().revision === revision) return
      const saved = await api.flow(name)
      if (saved.revision !== store.getState().revision) saving.adopt(saved)
    },
    close() {
      cancelTimer()
      unsubscribe()
    },
  }
  return saving
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function adopt(core: FlowCore, { flow, revision, problems }: SavedFlow): void {
  const theirs = fromFlow(flow)
  core.store.setState((state) => {
    const mine = changesBetween(state.saved, state.document)
    const merged = withoutLooseEnds(applyChanges(theirs, mine))
    const changes = changesBetween(state.document, merged)
    const at = core.surroundings.clock.now()
    const history =
      changes.length === 0
        ? state.history
        : record(state.history, { label: 'Changes made elsewhere', at, changes })
    const document = changes.length === 0 ? state.document : merged
    return { document, saved: theirs, revision, problems, history }
  })
}

/** Wires and places whose node one of the two sides deleted go with it. */
function withoutLooseEnds(document: FlowDocument): FlowDocument {
  const has = (id: string) => document.nodes.has(id)
  const wires = [...document.wires].filter(([, { from, to }]) => has(from.node) && has(to.node))
  const layout = [...document.layout].filter(([id]) => has(id))
  return {
    ...document,
    wires: wires.length === document.wires.size ? document.wires : new Map(wires),
    layout: layout.length === document.layout.size ? document.layout : new Map(layout),
  }
}

/** The body of a save: what changed, whatever the size of the flow. */
export function patchOf(
  revision: string,
  changes: readonly Change[],
  document: FlowDocument,
): PatchFlowBody {
  const inside = <Name extends Change['in']>(name: Name) =>
    changes.filter((change): change is Extract<Change, { in: Name }> => change.in === name)
  const about = new Map(inside('about').map(({ key, after }) => [key, after ?? '']))
  const title = about.get('title')
  const description = about.get('description')
  const nodes = inside('nodes')
  const wires = inside('wires')
  const places = inside('layout').flatMap(({ key, after }) =>
    after === undefined ? [] : [[key, after] as const],
  )
  return {
    revision,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...some(
      'setNodes',
      nodes.flatMap(({ after }) => after ?? []),
    ),
    ...some(
      'removeNodes',
      nodes.flatMap(({ key, after }) => (after === undefined ? [key] : [])),
    ),
    ...some(
      'addWires',
      wires.flatMap(({ after }) => after ?? []),
    ),
    ...some(
      'removeWires',
      wires.flatMap(({ before, after }) => (after === undefined ? (before ?? []) : [])),
    ),
    ...(places.length === 0 ? {} : { setLayout: Object.fromEntries(places) }),
    ...(inside('groups').length === 0 ? {} : { groups: toFlow(document).groups ?? [] }),
  }
}

function some<Name extends string, Value>(
  name: Name,
  values: readonly Value[],
): { readonly [Key in Name]?: readonly Value[] } {
  // An object with this one key is what the type says.
  return values.length === 0
    ? {}
    : ({ [name]: values } as { readonly [Key in Name]?: readonly Value[] })
}

import type { SavedFlow } from '@millrace/protocol'
import { ApiError } from './api.ts'
import { applyChanges, changesBetween } from './change.ts'
import { fromFlow, type FlowDocument } from './document.ts'
import type { FlowCore } from './flow-core.ts'
import { record } from './history.ts'
import { patchOf } from './patch-of.ts'

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
  return new Saver(core)
}

class Saver implements Saving {
  readonly #core: FlowCore
  readonly #name: string
  readonly #unsubscribe: () => void
  #running: Promise<void> = Promise.resolve()
  #cancelTimer = () => {}

  constructor(core: FlowCore) {
    this.#core = core
    const { store } = core
    this.#name = store.getState().document.name
    this.#unsubscribe = store.subscribe((state, before) => {
      if (state.document === before.document || state.document === state.saved) return
      if (state.saveState !== 'saving') store.setState({ saveState: 'waiting' })
      this.#saveSoon()
    })
  }

  #saveSoon(): void {
    this.#cancelTimer()
    // What went wrong stands in the state.
    const save = () => void this.save().catch(() => undefined)
    this.#cancelTimer = this.#core.surroundings.clock.after(autosaveAfterMs, save)
  }

  save(): Promise<void> {
    this.#cancelTimer()
    this.#running = this.#saveAfter(this.#running)
    return this.#running
  }

  async #saveAfter(earlier: Promise<void>): Promise<void> {
    await earlier.catch(() => undefined)
    try {
      await this.#saveAndMerge()
    } catch (error) {
      const saveError = error instanceof Error ? error.message : String(error)
      this.#core.store.setState({ saveState: 'failed', saveError })
      throw error
    }
  }

  async #saveAndMerge(): Promise<void> {
    try {
      await this.#saveOnce()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      this.adopt(await this.#core.surroundings.api.flow(this.#name))
      await this.#saveOnce()
    }
  }

  async #saveOnce(): Promise<void> {
    const { store, surroundings } = this.#core
    const { document: sent, saved, revision } = store.getState()
    const changes = changesBetween(saved, sent)
    if (changes.length === 0) {
      store.setState({ saved: sent, saveState: 'saved', saveError: undefined })
      return
    }
    store.setState({ saveState: 'saving' })
    const answer = await surroundings.api.patchFlow(this.#name, patchOf(revision, changes, sent))
    store.setState(({ document }) => ({
      saved: sent,
      revision: answer.revision,
      saveState: document === sent ? 'saved' : 'waiting',
      saveError: undefined,
    }))
  }

  adopt(saved: SavedFlow): void {
    adopt(this.#core, saved)
  }

  async onSavedElsewhere(revision: string): Promise<void> {
    const { store, surroundings } = this.#core
    await this.#running.catch(() => undefined)
    if (store.getState().revision === revision) return
    const saved = await surroundings.api.flow(this.#name)
    if (saved.revision !== store.getState().revision) this.adopt(saved)
  }

  close(): void {
    this.#cancelTimer()
    this.#unsubscribe()
  }
}

function adopt(core: FlowCore, { flow, revision, problems }: SavedFlow): void {
  const theirs = fromFlow(flow)
  const before = core.store.getState().document
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
  if (core.store.getState().document !== before) tellOfOthers(core, flow.title)
}

function tellOfOthers({ surroundings }: FlowCore, title: string): void {
  const detail = 'The canvas shows it, with what you have changed. Undo takes it back.'
  surroundings.notify({ kind: 'info', text: `${title} was changed elsewhere`, detail })
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

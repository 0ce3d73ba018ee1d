import type { FlowCore } from './flow-core.ts'
import type { History } from './history.ts'

const keepAfterMs = 1000
/** Longest history that is kept across a reload, in characters. */
const longestKept = 4_000_000

interface Kept {
  readonly version: 1
  /** The revision at which the history ends; with another one it does not fit the document. */
  readonly revision: string
  readonly history: History
}

/** Keeps the history of a flow across reloads: it comes back while the flow is as it was left. */
export function keepHistory(core: FlowCore): () => void {
  const { store, surroundings } = core
  const { storage, clock } = surroundings
  const key = `history ${store.getState().document.name}`
  let cancel = () => {}

  const write = () => {
    const { history, revision } = store.getState()
    const kept: Kept = { version: 1, revision, history }
    const text = JSON.stringify(kept)
    void (text.length > longestKept ? storage.remove(key) : storage.write(key, text)).catch(
      () => undefined,
    )
  }
  const unsubscribe = store.subscribe((state, before) => {
    const isSettled = state.saveState === 'saved'
    if (!isSettled || (state.history === before.history && before.saveState === 'saved')) return
    cancel()
    cancel = clock.after(keepAfterMs, write)
  })
  void bringBack(core, key).catch(() => undefined)
  return () => {
    cancel()
    unsubscribe()
  }
}

async function bringBack(core: FlowCore, key: string): Promise<void> {
  const text = await core.surroundings.storage.read(key)
  if (text === undefined) return
  // Written by `keepHistory`; whatever else stands there is refused by the version.
  const kept = JSON.parse(text) as Partial<Kept>
  if (kept.version !== 1 || kept.history === undefined) return
  const { history } = kept
  core.store.setState((state) =>
    state.revision === kept.revision && state.history.transactions.length === 0 ? { history } : {},
  )
}

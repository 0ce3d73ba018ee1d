import type { RecordedSourceInfo, ReplayInfo } from '@millrace/protocol'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TrustApi } from './trust-api.ts'

export interface ReplayState {
  /** Undefined until it is known. */
  readonly sources: readonly RecordedSourceInfo[] | undefined
  readonly replay: ReplayInfo | undefined
  readonly trouble: string | undefined
}

/** Recorded input of one flow, and the replay of it that was asked for last. */
export interface ReplayStore {
  readonly store: StoreApi<ReplayState>
  load(): Promise<void>
  /** The last stretch of what is recorded, in milliseconds; all of it when undefined. */
  start(lastMs: number | undefined): Promise<void>
  cancel(): Promise<void>
  /** Nobody looks any more. */
  close(): void
}

export interface ReplayStoreParts {
  readonly flow: string
  readonly api: Pick<TrustApi, 'recording' | 'startReplay' | 'replay' | 'cancelReplay'>
  readonly saveFlow: () => Promise<unknown>
  /** Runs once after the delay, unless the returned function is called before. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** How often a replay that runs is asked how far it is. */
export const askEveryMs = 250

export function createReplayStore(parts: ReplayStoreParts): ReplayStore {
  const { flow, api, saveFlow, after } = parts
  const store = createStore<ReplayState>(() => ({
    sources: undefined,
    replay: undefined,
    trouble: undefined,
  }))
  let forget = () => {}
  const attempt = async (task: () => Promise<void>) => {
    try {
      await task()
      store.setState({ trouble: undefined })
    } catch (error) {
      store.setState({ trouble: error instanceof Error ? error.message : String(error) })
    }
  }
  const load = () => attempt(async () => store.setState({ sources: await api.recording(flow) }))
  const follow = (number: number) => {
    forget = after(askEveryMs, () => {
      void attempt(async () => {
        const replay = await api.replay(flow, number)
        store.setState({ replay })
        if (replay.state === 'running') follow(number)
      })
    })
  }
  return {
    store,
    load,
    start: (lastMs) =>
      attempt(async () => {
        await saveFlow()
        const sources = await api.recording(flow)
        store.setState({ sources })
        const replay = await api.startReplay(flow, stretchOf(sources, lastMs))
        store.setState({ replay })
        follow(replay.number)
      }),
    cancel: () =>
      attempt(async () => {
        const { replay } = store.getState()
        if (replay?.state === 'running') await api.cancelReplay(flow, replay.number)
      }),
    close: () => forget(),
  }
}

/** Counted back from the newest record, so that a flow that rests has something to replay too. */
function stretchOf(sources: readonly RecordedSourceInfo[], lastMs: number | undefined) {
  const toMs = Math.max(0, ...sources.map((source) => source.toMs))
  const oldest = Math.min(toMs, ...sources.map((source) => source.fromMs))
  return { fromMs: lastMs === undefined ? oldest : Math.max(oldest, toMs - lastMs), toMs }
}

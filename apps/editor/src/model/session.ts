import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FlowSummary } from '@millrace/protocol'
import type { FlowEditor } from './flow-editor.ts'

/** Which flows there are, which are open, and which is in front. */
export interface Session {
  readonly isLoaded: boolean
  /** Why nothing could be loaded. */
  readonly loadError: string | undefined
  readonly flows: readonly FlowSummary[]
  /** Names of the open flows, in the order of the tabs. */
  readonly tabs: readonly string[]
  readonly active: string | undefined
  /** The open flows that have been loaded. */
  readonly editors: ReadonlyMap<string, FlowEditor>
}

export type SessionStore = StoreApi<Session>

export function createSession(): SessionStore {
  return createStore<Session>(() => ({
    isLoaded: false,
    loadError: undefined,
    flows: [],
    tabs: [],
    active: undefined,
    editors: new Map(),
  }))
}

/** The session without a tab; the one beside it comes to the front. */
export function withoutTab(
  { tabs, active }: Session,
  name: string,
): Pick<Session, 'tabs' | 'active'> {
  const at = tabs.indexOf(name)
  const left = tabs.filter((tab) => tab !== name)
  const next = active === name ? left[Math.min(at, left.length - 1)] : active
  return { tabs: left, active: next }
}

/** What of a session is kept until the next visit. */
export function keptText({ tabs, active }: Session): string {
  return JSON.stringify({ tabs, active })
}

/** On a first visit, at most so many flows are opened. */
const mostFirstTabs = 8

/** The tabs of the last visit, as far as they exist; on a first visit the flows that run. */
export function tabsToOpen(
  flows: readonly FlowSummary[],
  kept: string | undefined,
): Pick<Session, 'tabs' | 'active'> {
  const exists = (name: unknown): name is string => flows.some((flow) => flow.name === name)
  const last = parseKept(kept)
  const remembered = last.tabs.filter(exists)
  const running = flows.filter(({ deployment }) => deployment.state !== 'stopped')
  const first = (running.length > 0 ? running : flows).slice(0, mostFirstTabs)
  const tabs = remembered.length > 0 ? remembered : first.map(({ name }) => name)
  const active = exists(last.active) && tabs.includes(last.active) ? last.active : tabs[0]
  return { tabs, active }
}

function parseKept(text: string | undefined): { tabs: readonly unknown[]; active: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null) return { tabs: [], active: undefined }
    const tabs = 'tabs' in value && Array.isArray(value.tabs) ? value.tabs : []
    return { tabs, active: 'active' in value ? value.active : undefined }
  } catch {
    return { tabs: [], active: undefined }
  }
}

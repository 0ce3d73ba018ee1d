import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bundle } from '@millrace/flow'
import type { DeploymentInfo, FlowSummary, ImportResult } from '@millrace/protocol'
import type { EditorApi } from './api.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import { createConnections, type Connections } from './connections.ts'
import { titleOf } from './document.ts'
import { createFlowEditor, type FlowEditor } from './flow-editor.ts'
import type { Notice, Surroundings } from './surroundings.ts'

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

/** The whole editor without its looks. */
export interface Editor {
  readonly session: StoreApi<Session>
  readonly catalog: StoreApi<Catalog>
  readonly connections: Connections
  readonly api: EditorApi
  /** Loads node types, connections and flows; opens what was open last. */
  load(): Promise<void>
  /** Asks again for everything, as after the connection was lost. */
  refresh(): Promise<void>
  active(): FlowEditor | undefined
  openFlow(name: string): Promise<FlowEditor | undefined>
  closeTab(name: string): void
  moveTab(name: string, to: number): void
  createFlow(title: string): Promise<FlowEditor | undefined>
  deleteFlow(name: string): Promise<void>
  /** Flows with their connections, as exported. */
  exportFlows(names: readonly string[]): Promise<Bundle>
  importBundle(bundle: Bundle): Promise<ImportResult>
  notify(notice: Notice): void
  /** What the live channel tells. */
  onDeployment(flow: string, deployment: DeploymentInfo): void
  onSaved(flow: string, revision: string | null): Promise<void>
}

const sessionKey = 'session'

export function createEditor(surroundings: Surroundings): Editor {
  const { api, storage, notify } = surroundings
  const catalog = createCatalog()
  const connections = createConnections(surroundings)
  const session = createStore<Session>(() => ({
    isLoaded: false,
    loadError: undefined,
    flows: [],
    tabs: [],
    active: undefined,
    editors: new Map(),
  }))
  const opening = new Map<string, Promise<FlowEditor | undefined>>()

  const remember = () => {
    const { tabs, active } = session.getState()
    void storage.write(sessionKey, JSON.stringify({ tabs, active })).catch(() => undefined)
  }
  const adoptEditor = (editor: FlowEditor) => {
    session.setState(({ editors }) => ({ editors: new Map(editors).set(editor.name, editor) }))
    editor.store.subscribe((state, before) => {
      if (state.document.about === before.document.about && state.deployment === before.deployment)
        return
      const change = { title: titleOf(state.document), deployment: state.deployment }
      session.setState(({ flows }) => ({
        flows: flows.map((flow) => (flow.name === editor.name ? { ...flow, ...change } : flow)),
      }))
    })
    editor.recheck()
  }
  const loadFlow = async (name: string): Promise<FlowEditor | undefined> => {
    try {
      const saved = await api.flow(name)
      const editor = createFlowEditor(saved, {
        surroundings,
        catalog: () => catalog.getState(),
        connections: () => connections.store.getState(),
      })
      adoptEditor(editor)
      return editor
    } catch (error) {
      notify({ kind: 'error', text: `${name} could not be opened`, detail: sentence(error) })
      return undefined
    } finally {
      opening.delete(name)
    }
  }
  connections.store.subscribe((state, before) => {
    if (state === before) return
    for (const editor of session.getState().editors.values()) editor.recheck()
  })
  const listFlows = async () => session.setState({ flows: await api.flows() })

  const editor: Editor = {
    session,
    catalog,
    connections,
    api,
    notify,
    async load() {
      try {
        const [types, flows] = await Promise.all([api.nodeTypes(), api.flows(), connections.load()])
        const descriptors = new Map(types.map((descriptor) => [descriptor.type, descriptor]))
        catalog.setState({ isLoaded: true, descriptors })
        session.setState({ flows, isLoaded: true, loadError: undefined })
        await reopen(editor, await storage.read(sessionKey).catch(() => undefined))
      } catch (error) {
        session.setState({ loadError: sentence(error) })
      }
    },
    async refresh() {
      if (!session.getState().isLoaded) return editor.load()
      await Promise.all([listFlows(), connections.load()])
      for (const flow of session.getState().flows) {
        const open = session.getState().editors.get(flow.name)
        if (open === undefined) continue
        open.onDeployment(flow.deployment)
        await open.onSavedElsewhere(flow.revision)
        if (open.store.getState().saveState === 'failed') await open.save().catch(() => undefined)
      }
    },
    active() {
      const { active, editors } = session.getState()
      return active === undefined ? undefined : editors.get(active)
    },
    async openFlow(name) {
      const { tabs, editors } = session.getState()
      session.setState({ active: name, tabs: tabs.includes(name) ? tabs : [...tabs, name] })
      remember()
      const existing = editors.get(name)
      if (existing !== undefined) return existing
      const started = opening.get(name) ?? loadFlow(name)
      opening.set(name, started)
      const opened = await started
      if (opened === undefined) editor.closeTab(name)
      return opened
    },
    closeTab(name) {
      const { tabs, active, editors } = session.getState()
      const at = tabs.indexOf(name)
      const left = tabs.filter((tab) => tab !== name)
      const next = active === name ? (left[Math.min(at, left.length - 1)] ?? undefined) : active
      session.setState({ tabs: left, active: next })
      remember()
      const closing = editors.get(name)
      if (closing !== undefined)
        void closing
          .save()
          .catch(() => undefined)
          .finally(() => forget(name))
      if (next !== undefined && next !== active) void editor.openFlow(next)
    },
    moveTab(name, to) {
      const others = session.getState().tabs.filter((tab) => tab !== name)
      session.setState({ tabs: others.toSpliced(to, 0, name) })
      remember()
    },
    async createFlow(title) {
      try {
        const { flow } = await api.createFlow({ title })
        await listFlows()
        return await editor.openFlow(flow.name)
      } catch (error) {
        notify({ kind: 'error', text: 'The flow could not be made', detail: sentence(error) })
        return undefined
      }
    },
    async deleteFlow(name) {
      try {
        await api.deleteFlow(name)
        session.getState().editors.get(name)?.close()
        forget(name)
        editor.closeTab(name)
        await listFlows()
      } catch (error) {
        notify({ kind: 'error', text: 'The flow could not be deleted', detail: sentence(error) })
      }
    },
    async exportFlows(names) {
      for (const name of names) await session.getState().editors.get(name)?.save()
      return api.exportFlows(names)
    },
    async importBundle(bundle) {
      const result = await api.importBundle(bundle)
      await Promise.all([listFlows(), connections.load()])
      for (const { importedAs } of result.flows) await editor.openFlow(importedAs)
      return result
    },
    onDeployment(name, deployment) {
      session.getState().editors.get(name)?.onDeployment(deployment)
      session.setState(({ flows }) => ({
        flows: flows.map((flow) => (flow.name === name ? { ...flow, deployment } : flow)),
      }))
    },
    async onSaved(name, revision) {
      const open = session.getState().editors.get(name)
      const isKnown = session.getState().flows.some((flow) => flow.name === name)
      if (revision === null && open !== undefined) {
        open.close()
        editor.closeTab(name)
        forget(name)
      }
      if (revision === null || !isKnown) await listFlows().catch(() => undefined)
      else await open?.onSavedElsewhere(revision).catch(() => undefined)
    },
  }
  function forget(name: string): void {
    if (session.getState().tabs.includes(name)) return
    session.getState().editors.get(name)?.close()
    session.setState(({ editors }) => {
      const left = new Map(editors)
      left.delete(name)
      return { editors: left }
    })
  }
  return editor
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Opens the tabs of the last visit; on a first visit the flows that run. */
async function reopen(editor: Editor, kept: string | undefined): Promise<void> {
  const { flows } = editor.session.getState()
  const exists = (name: unknown): name is string => flows.some((flow) => flow.name === name)
  const last = parseSession(kept)
  const remembered = last.tabs.filter(exists)
  const running = flows.filter(({ deployment }) => deployment.state !== 'stopped')
  const first = (running.length > 0 ? running : flows).slice(0, 8).map(({ name }) => name)
  const tabs = remembered.length > 0 ? remembered : first
  editor.session.setState({ tabs })
  const active = exists(last.active) && tabs.includes(last.active) ? last.active : tabs[0]
  if (active !== undefined) await editor.openFlow(active)
}

function parseSession(text: string | undefined): { tabs: unknown[]; active: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null) return { tabs: [], active: undefined }
    const tabs = 'tabs' in value && Array.isArray(value.tabs) ? value.tabs : []
    return { tabs, active: 'active' in value ? value.active : undefined }
  } catch {
    return { tabs: [], active: undefined }
  }
}

import type { StoreApi } from 'zustand/vanilla'
import type { Bundle } from '@millrace/flow'
import type {
  DeploymentInfo,
  FlowSummary,
  ImportResult,
  MadeDashboard,
  MakeDashboardBody,
} from '@millrace/protocol'
import type { EditorApi } from './api.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import { createConnections, type Connections } from './connections.ts'
import { titleOf } from './document.ts'
import { createFlowEditor, type FlowEditor } from './flow-editor.ts'
import { createSession, keptText, tabsToOpen, withoutTab, type SessionStore } from './session.ts'
import type { Notice, Surroundings } from './surroundings.ts'

export function createEditor(surroundings: Surroundings): Editor {
  return new Editor(surroundings)
}

const sessionKey = 'session'

/** The whole editor without its looks. */
export class Editor {
  readonly session: SessionStore = createSession()
  readonly catalog: StoreApi<Catalog> = createCatalog()
  readonly connections: Connections
  readonly api: EditorApi
  readonly #surroundings: Surroundings
  readonly #opening = new Map<string, Promise<FlowEditor | undefined>>()
  readonly #help = new Map<string, Promise<string | undefined>>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.api = surroundings.api
    this.connections = createConnections(surroundings)
    this.connections.store.subscribe(() => {
      for (const flow of this.session.getState().editors.values()) flow.recheck()
    })
  }

  /** Loads node types, connections and flows; opens what was open last. */
  async load(): Promise<void> {
    try {
      const [types, flows] = await Promise.all([
        this.api.nodeTypes(),
        this.api.flows(),
        this.connections.load(),
      ])
      const descriptors = new Map(types.map((descriptor) => [descriptor.type, descriptor]))
      this.catalog.setState({ isLoaded: true, descriptors })
      const kept = await this.#surroundings.storage.read(sessionKey).catch(() => undefined)
      const { tabs, active } = tabsToOpen(flows, kept)
      this.session.setState({ flows, tabs, isLoaded: true, loadError: undefined })
      if (active !== undefined) await this.openFlow(active)
    } catch (error) {
      this.session.setState({ loadError: sentence(error) })
    }
  }

  /** Asks again for everything, as after the connection was lost. */
  async refresh(): Promise<void> {
    if (!this.session.getState().isLoaded) return this.load()
    await Promise.all([this.#listFlows(), this.connections.load()])
    for (const summary of this.session.getState().flows) await this.#refreshFlow(summary)
  }

  async #refreshFlow({ name, deployment, revision }: FlowSummary): Promise<void> {
    const flow = this.session.getState().editors.get(name)
    if (flow === undefined) return
    await flow.onDeployment(deployment)
    await flow.onSavedElsewhere(revision)
    if (flow.store.getState().saveState === 'failed') await flow.save().catch(() => undefined)
  }

  async #listFlows(): Promise<void> {
    this.session.setState({ flows: await this.api.flows() })
  }

  /** The help of a node type, in Markdown; asked for once. */
  help(type: string): Promise<string | undefined> {
    const asked = this.#help.get(type) ?? this.api.nodeHelp(type)
    this.#help.set(type, asked)
    // What could not be had now is asked for again.
    asked.catch(() => this.#help.delete(type))
    return asked
  }

  /** The flow in front. */
  active(): FlowEditor | undefined {
    const { active, editors } = this.session.getState()
    return active === undefined ? undefined : editors.get(active)
  }

  /** Brings a flow to the front. Undefined when it cannot be opened, of which the person is told. */
  async openFlow(name: string): Promise<FlowEditor | undefined> {
    const { tabs, editors } = this.session.getState()
    this.session.setState({ active: name, tabs: tabs.includes(name) ? tabs : [...tabs, name] })
    this.#remember()
    const existing = editors.get(name)
    if (existing !== undefined) return existing
    const started = this.#opening.get(name) ?? this.#loadFlow(name)
    this.#opening.set(name, started)
    const opened = await started
    if (opened === undefined) this.closeTab(name)
    return opened
  }

  async #loadFlow(name: string): Promise<FlowEditor | undefined> {
    try {
      const saved = await this.api.flow(name)
      const flow = createFlowEditor(saved, {
        surroundings: this.#surroundings,
        catalog: () => this.catalog.getState(),
        connections: () => this.connections.store.getState(),
      })
      this.#adopt(flow)
      return flow
    } catch (error) {
      this.#tell(`${name} could not be opened`, error)
      return undefined
    } finally {
      this.#opening.delete(name)
    }
  }

  #adopt(flow: FlowEditor): void {
    this.session.setState(({ editors }) => ({ editors: new Map(editors).set(flow.name, flow) }))
    flow.store.subscribe((state, before) => {
      if (state.document.about === before.document.about && state.deployment === before.deployment)
        return
      this.#changeSummary(flow.name, {
        title: titleOf(state.document),
        deployment: state.deployment,
      })
    })
    flow.recheck()
  }

  #changeSummary(name: string, change: Partial<FlowSummary>): void {
    this.session.setState(({ flows }) => ({
      flows: flows.map((flow) => (flow.name === name ? { ...flow, ...change } : flow)),
    }))
  }

  /** Saves the flow and puts it away. */
  closeTab(name: string): void {
    const { active } = this.session.getState()
    this.session.setState((session) => withoutTab(session, name))
    this.#remember()
    const flow = this.session.getState().editors.get(name)
    if (flow !== undefined) void this.#saveAndForget(flow)
    const next = this.session.getState().active
    if (next !== undefined && next !== active) void this.openFlow(next)
  }

  async #saveAndForget(flow: FlowEditor): Promise<void> {
    // What could not be saved was told already, by the state of saving.
    await flow.save().catch(() => undefined)
    this.#forget(flow.name)
  }

  #forget(name: string): void {
    if (this.session.getState().tabs.includes(name)) return
    this.session.getState().editors.get(name)?.close()
    this.session.setState(({ editors }) => {
      const left = new Map(editors)
      left.delete(name)
      return { editors: left }
    })
  }

  moveTab(name: string, to: number): void {
    const others = this.session.getState().tabs.filter((tab) => tab !== name)
    this.session.setState({ tabs: others.toSpliced(to, 0, name) })
    this.#remember()
  }

  #remember(): void {
    const text = keptText(this.session.getState())
    void this.#surroundings.storage.write(sessionKey, text).catch(() => undefined)
  }

  async createFlow(title: string): Promise<FlowEditor | undefined> {
    try {
      const { flow } = await this.api.createFlow({ title })
      await this.#listFlows()
      return await this.openFlow(flow.name)
    } catch (error) {
      this.#tell('The flow could not be made', error)
      return undefined
    }
  }

  async deleteFlow(name: string, options?: { readonly isStoreKept: boolean }): Promise<void> {
    try {
      await this.api.deleteFlow(name, options)
      this.#dropFlow(name)
      await this.#listFlows()
    } catch (error) {
      this.#tell('The flow could not be deleted', error)
    }
  }

  /** A flow that is gone is not saved any more. */
  #dropFlow(name: string): void {
    this.session.getState().editors.get(name)?.close()
    this.session.setState(({ editors }) => {
      const left = new Map(editors)
      left.delete(name)
      return { editors: left }
    })
    this.closeTab(name)
  }

  /** Flows with their connections, as they are on the screen. */
  async exportFlows(names: readonly string[]): Promise<Bundle> {
    for (const name of names) await this.session.getState().editors.get(name)?.save()
    return this.api.exportFlows(names)
  }

  /** A dashboard of a flow as it is on the screen, as Grafana reads it. */
  async dashboard(name: string): Promise<object> {
    await this.session.getState().editors.get(name)?.save()
    return this.api.dashboard(name)
  }

  async makeDashboard(name: string, body: MakeDashboardBody): Promise<MadeDashboard> {
    await this.session.getState().editors.get(name)?.save()
    return this.api.makeDashboard(name, body)
  }

  async importBundle(bundle: Bundle): Promise<ImportResult> {
    const result = await this.api.importBundle(bundle)
    await Promise.all([this.#listFlows(), this.connections.load()])
    for (const { importedAs } of result.flows) await this.openFlow(importedAs)
    return result
  }

  notify(notice: Notice): void {
    this.#surroundings.notify(notice)
  }

  #tell(text: string, error: unknown): void {
    this.notify({ kind: 'error', text, detail: sentence(error) })
  }

  /** The live channel tells that a deployment changed. */
  onDeployment(name: string, deployment: DeploymentInfo): void {
    const flow = this.session.getState().editors.get(name)
    // What could not be fetched now is fetched with the next change.
    void flow?.onDeployment(deployment).catch(() => undefined)
    this.#changeSummary(name, { deployment })
  }

  /** The live channel tells that a flow was saved, or, without a revision, deleted. */
  async onSaved(name: string, revision: string | null): Promise<void> {
    const { editors, flows } = this.session.getState()
    if (revision === null && editors.has(name)) this.#dropFlow(name)
    const isKnown = flows.some((flow) => flow.name === name)
    if (revision === null || !isKnown) await this.#listFlows().catch(() => undefined)
    else
      await editors
        .get(name)
        ?.onSavedElsewhere(revision)
        .catch(() => undefined)
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

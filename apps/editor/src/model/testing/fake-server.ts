import { applyPatch, type ConnectionDocument, type Flow, type Problem } from '@millrace/flow'
import type { DeploymentInfo, PatchFlowBody, SavedFlow } from '@millrace/protocol'
import { describe, type Descriptor } from '@millrace/sdk/descriptor'
import { ApiError, type EditorApi } from '../api.ts'

const port = (name: string, title = name) => ({ name, title })

const base = { version: 1, summary: '', icon: 'box', fields: {} } as const

/** A few node types of each shape: enough to draw with. */
export const testTypes: readonly Descriptor[] = [
  describe({
    ...base,
    type: 'test/source',
    kind: 'source',
    title: 'Source',
    category: 'sources',
    inputs: [],
    outputs: [port('out')],
    face: '{topic} · QoS {qos}',
    fields: {
      topic: { kind: 'text', label: 'Topic' },
      qos: { kind: 'integer', label: 'QoS', default: 0 },
    },
    actions: [{ name: 'go', title: 'Go', icon: 'play' }],
  }),
  describe({
    ...base,
    type: 'test/filter',
    kind: 'operator',
    title: 'Filter',
    category: 'route',
    inputs: [port('in')],
    outputs: [port('out'), port('rejected')],
    stateful: true,
    stateShape: ['condition'],
    keywords: ['where'],
    fields: { condition: { kind: 'text', label: 'Condition', required: true } },
  }),
  describe({
    ...base,
    type: 'test/switch',
    kind: 'operator',
    title: 'Switch',
    category: 'route',
    inputs: [port('in')],
    outputs: { eachRowOf: 'cases', titleField: 'label' },
    fields: {
      cases: {
        kind: 'list',
        label: 'Cases',
        itemLabel: 'case',
        item: { label: { kind: 'text', label: 'Label' } },
        default: [{ id: 'one', label: 'One' }],
      },
    },
  }),
  describe({
    ...base,
    type: 'test/sink',
    kind: 'sink',
    title: 'Sink',
    category: 'sinks',
    inputs: [port('in')],
    outputs: [],
    errorPort: false,
    fields: { condition: { kind: 'text', label: 'Condition' } },
  }),
  describe({
    ...base,
    type: 'test/note',
    kind: 'note',
    title: 'Note',
    category: 'notes',
    inputs: [],
    outputs: [],
    fields: { text: { kind: 'text', label: 'Text', default: '' } },
  }),
  describe({
    ...base,
    type: 'test/connection',
    kind: 'connection',
    title: 'Broker',
    category: 'connections',
    inputs: [],
    outputs: [],
  }),
]

const stopped: DeploymentInfo = { state: 'stopped', restarts: 0 }

interface Kept {
  flow: Flow
  revision: number
  deployed: Flow | undefined
  deployment: DeploymentInfo
}

/** A server in memory: keeps flows, refuses old revisions, and can be out of reach. */
export class FakeServer {
  readonly flows = new Map<string, Kept>()
  readonly connections = new Map<string, ConnectionDocument>()
  readonly patches: PatchFlowBody[] = []
  readonly actions: string[] = []
  isReachable = true
  /** What deploying finds outside that does not stand in the way. */
  found: readonly Problem[] = []
  /** With which it refuses to deploy. */
  refusal: ApiError | undefined
  readonly api: EditorApi

  constructor() {
    this.api = this.#makeApi()
  }

  addFlow(name: string, flow: Partial<Flow> = {}): void {
    const empty: Flow = { millrace: 1, name, title: name, nodes: [], wires: [], layout: {} }
    const made = { ...empty, ...flow }
    this.flows.set(name, { flow: made, revision: 1, deployed: undefined, deployment: stopped })
  }

  /** Somebody else changes a flow. Returns the new revision. */
  edit(name: string, change: (flow: Flow) => Flow): string {
    const kept = this.#kept(name)
    kept.flow = change(kept.flow)
    kept.revision += 1
    return String(kept.revision)
  }

  flow(name: string): Flow {
    return this.#kept(name).flow
  }

  #kept(name: string): Kept {
    if (!this.isReachable) throw new ApiError({ status: 0, code: 'OFFLINE', message: 'Offline.' })
    const kept = this.flows.get(name)
    if (kept !== undefined) return kept
    throw new ApiError({ status: 404, code: 'FLOW_UNKNOWN', message: `No flow ${name}.` })
  }

  #saved(name: string): SavedFlow {
    const { flow, revision, deployment, deployed } = this.#kept(name)
    return {
      flow,
      revision: String(revision),
      problems: [],
      deployment,
      ...(deployed === undefined ? {} : { deployed }),
    }
  }

  #patch(name: string, patch: PatchFlowBody) {
    const kept = this.#kept(name)
    if (patch.revision !== String(kept.revision))
      throw new ApiError({ status: 409, code: 'FLOW_REVISION_OLD', message: 'Too old.' })
    const { revision: _, ...changes } = patch
    const { flow, problems } = applyPatch(kept.flow, changes)
    if (flow === undefined)
      throw new ApiError({ status: 400, code: 'BAD', message: 'Bad patch.', problems })
    this.patches.push(patch)
    kept.flow = flow
    kept.revision += 1
    return { revision: String(kept.revision), problems: [] }
  }

  #deploy(name: string) {
    const kept = this.#kept(name)
    if (this.refusal !== undefined) throw this.refusal
    kept.deployed = kept.flow
    kept.deployment = { state: 'running', version: (kept.deployment.version ?? 0) + 1, restarts: 0 }
    return {
      revision: String(kept.revision),
      problems: this.found,
      deployment: kept.deployment,
      started: kept.flow.nodes.map(({ id }) => id),
      restarted: [],
      removed: [],
      tookMs: 3,
    }
  }

  #resetState(name: string): DeploymentInfo {
    const kept = this.#kept(name)
    if (kept.deployment.state !== 'stopped')
      throw new ApiError({ status: 409, code: 'FLOW_RUNNING', message: 'Stop it first.' })
    const { durability: _gone, ...deployment } = kept.deployment
    kept.deployment = deployment
    return deployment
  }

  #makeApi(): EditorApi {
    const unused = (): Promise<never> => Promise.reject(new Error('Not part of this test.'))
    return {
      nodeTypes: async () => testTypes,
      nodeHelp: async (type) => `About ${type}.`,
      flows: async () =>
        [...this.flows].map(([name, { flow, revision, deployment }]) => ({
          name,
          title: flow.title,
          nodeCount: flow.nodes.length,
          revision: String(revision),
          hasUndeployedChanges: false,
          deployment,
        })),
      createFlow: async ({ title }) => {
        const name = title.toLowerCase().replaceAll(' ', '-')
        this.addFlow(name, { title })
        return this.#saved(name)
      },
      flow: async (name) => this.#saved(name),
      saveFlow: unused,
      patchFlow: async (name, body) => this.#patch(name, body),
      deleteFlow: async (name) => void this.flows.delete(name),
      stores: async () => [],
      deploy: async (name) => this.#deploy(name),
      stop: async (name) => (this.#kept(name).deployment = stopped),
      resetState: async (name) => this.#resetState(name),
      versions: unused,
      version: unused,
      nodeAction: async (flow, node, action) => void this.actions.push(`${flow}/${node}/${action}`),
      points: unused,
      connections: async () => [...this.connections.values()],
      saveConnection: async (connection) => {
        this.connections.set(connection.id, connection)
        return connection
      },
      deleteConnection: async (id) => void this.connections.delete(id),
      testConnection: unused,
      secrets: async () => [],
      setSecret: unused,
      deleteSecret: unused,
      alerts: async () => [],
      acknowledgeAlert: unused,
      dashboard: unused,
      makeDashboard: unused,
      exportFlows: async (names) => ({
        millrace: 1,
        flows: names.map((name) => this.flow(name)),
        connections: [...this.connections.values()],
      }),
      importBundle: async (bundle) => {
        for (const flow of bundle.flows) this.addFlow(flow.name, flow)
        return {
          flows: bundle.flows.map(({ name }) => ({ name, importedAs: name })),
          connections: [],
          problems: [],
          secretsMissing: [],
        }
      },
      status: unused,
    }
  }
}

import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionDocument } from '@millrace/flow'
import type { SecretInfo } from '@millrace/protocol'
import type { TestStep } from '@millrace/sdk'
import { createFindings } from './findings.ts'
import { newNodeId } from './node-id.ts'
import type { Surroundings } from './surroundings.ts'

export interface ConnectionsState {
  readonly documents: ReadonlyMap<string, ConnectionDocument>
  readonly secrets: readonly SecretInfo[]
}

/** What nodes of all flows share, and the secrets, of which only the names are known here. */
export interface Connections {
  readonly store: StoreApi<ConnectionsState>
  load(): Promise<void>
  /** An id that no connection has yet. */
  newId(type: string): string
  save(connection: ConnectionDocument): Promise<ConnectionDocument>
  remove(id: string): Promise<void>
  test(id: string, onStep: (step: TestStep) => void): Promise<void>
  /** Names that a step of the test finds, such as those of topics; none where it does not come so far. */
  found(id: string, step: string): Promise<readonly string[]>
  setSecret(owner: string, field: string, value: string): Promise<void>
  removeSecret(owner: string, field: string): Promise<void>
  hasSecret(owner: string, field: string): boolean
}

export function createConnections({
  api,
  random,
  clock,
}: Pick<Surroundings, 'api' | 'random' | 'clock'>): Connections {
  const store = createStore<ConnectionsState>(() => ({ documents: new Map(), secrets: [] }))
  const findings = createFindings({ api, clock })
  const loadSecrets = async () => {
    findings.forget()
    store.setState({ secrets: await api.secrets() })
  }
  return {
    store,
    async load() {
      const [connections, secrets] = await Promise.all([api.connections(), api.secrets()])
      store.setState({ documents: new Map(connections.map((made) => [made.id, made])), secrets })
    },
    newId: (type) => newNodeId(type, (id) => store.getState().documents.has(id), random),
    async save(connection) {
      const saved = await api.saveConnection(connection)
      findings.forget()
      store.setState(({ documents }) => ({ documents: new Map(documents).set(saved.id, saved) }))
      return saved
    },
    async remove(id) {
      await api.deleteConnection(id)
      findings.forget()
      store.setState(({ documents }) => {
        const left = new Map(documents)
        left.delete(id)
        return { documents: left }
      })
    },
    test: (id, onStep) => api.testConnection(id, onStep),
    found: (id, step) => findings.found(id, step),
    async setSecret(owner, field, value) {
      await api.setSecret(owner, field, value)
      await loadSecrets()
    },
    async removeSecret(owner, field) {
      await api.deleteSecret(owner, field)
      await loadSecrets()
    },
    hasSecret: (owner, field) =>
      store.getState().secrets.some((secret) => secret.owner === owner && secret.field === field),
  }
}

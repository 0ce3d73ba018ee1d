import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionDocument } from '@millrace/flow'
import type { SecretInfo } from '@millrace/protocol'
import type { TestStep } from '@millrace/sdk'
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
}: Pick<Surroundings, 'api' | 'random'>): Connections {
  const store = createStore<ConnectionsState>(() => ({ documents: new Map(), secrets: [] }))
  const testing = new Map<string, Promise<readonly TestStep[]>>()
  const testOnce = (id: string): Promise<readonly TestStep[]> => {
    const steps: TestStep[] = []
    const tested = api
      .testConnection(id, (step) => void steps.push(step))
      .then(
        () => steps,
        () => steps,
      )
      .finally(() => testing.delete(id))
    testing.set(id, tested)
    return tested
  }
  const loadSecrets = async () => store.setState({ secrets: await api.secrets() })
  return {
    store,
    async load() {
      const [connections, secrets] = await Promise.all([api.connections(), api.secrets()])
      store.setState({ documents: new Map(connections.map((made) => [made.id, made])), secrets })
    },
    newId: (type) => newNodeId(type, (id) => store.getState().documents.has(id), random),
    async save(connection) {
      const saved = await api.saveConnection(connection)
      store.setState(({ documents }) => ({ documents: new Map(documents).set(saved.id, saved) }))
      return saved
    },
    async remove(id) {
      await api.deleteConnection(id)
      store.setState(({ documents }) => {
        const left = new Map(documents)
        left.delete(id)
        return { documents: left }
      })
    },
    test: (id, onStep) => api.testConnection(id, onStep),
    async found(id, step) {
      const steps = await (testing.get(id) ?? testOnce(id))
      return steps.find((one) => one.step === step)?.found ?? []
    },
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

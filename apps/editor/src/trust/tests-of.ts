import type { FlowEditor } from '../model/index.ts'
import { createTestsStore, type TestsStore } from './tests-store.ts'
import { createTrustApi } from './trust-api.ts'

// By identity: tests live as long as their flow is open.
const stores = new WeakMap<FlowEditor, TestsStore>()

/** The tests of an open flow, the same to whoever asks. */
export function testsOf(flow: FlowEditor): TestsStore {
  const known = stores.get(flow)
  if (known !== undefined) return known
  const made = createTestsStore({
    flow: flow.name,
    api: createTrustApi(),
    saveFlow: () => flow.save(),
  })
  stores.set(flow, made)
  return made
}

import { stateLosses, type Flow, type Problem, type StateLoss } from '@millrace/flow'
import type { DeploymentInfo, DeployResult } from '@millrace/protocol'
import { ApiError } from './api.ts'
import { nameOf } from './catalog.ts'
import { fromFlow, toFlow } from './document.ts'
import type { FlowCore } from './flow-core.ts'
import { allTried } from './problem-look.ts'
import type { Saving } from './saving.ts'
import { troubleAfter } from './trouble.ts'
import { createUndeployed, type Undeployed } from './undeployed.ts'

/** Commands to the running flow. What goes wrong is told to the person, and rejects. */
export interface Running {
  /** Saves and deploys what is drawn; or deploys an earlier version again. */
  deploy(options?: {
    readonly note?: string
    readonly version?: number
  }): Promise<DeployResult | undefined>
  stop(): Promise<void>
  /** Forgets all state of the flow, which must not run. Says whether that went well. */
  resetState(): Promise<boolean>
  /** Makes a running node do something, such as inject. */
  action(node: string, action: string, argument?: unknown): Promise<void>
  /** What deploying now would change. */
  undeployed(): Undeployed
  /** The nodes that would forget what they know if this was deployed, or an earlier version again. */
  stateLosses(version?: number): Promise<readonly StateLoss[]>
  /** The server tells how the flow does. A version that was deployed elsewhere is fetched. */
  onDeployment(deployment: DeploymentInfo): Promise<void>
  /** What went wrong has been read. */
  dismissTrouble(): void
}

type DeployOptions = { readonly note?: string; readonly version?: number }

export function createRunning(core: FlowCore, saving: Saving): Running {
  const { store, surroundings } = core
  const { api } = surroundings
  const name = store.getState().document.name
  const changes = createUndeployed()
  return {
    deploy: (options = {}) => deploy(core, saving, options),
    async stop() {
      await told(core, 'Not stopped', async () => take(core, await api.stop(name)))
    },
    async resetState() {
      const deployment = await told(core, 'Not reset', () => api.resetState(name))
      if (deployment === undefined) return false
      take(core, deployment)
      surroundings.notify({ kind: 'done', text: 'State reset', detail: 'It begins from nothing.' })
      return true
    },
    async action(node, action, argument) {
      await told(core, 'That did not work', () => api.nodeAction(name, node, action, argument))
    },
    undeployed() {
      const { deployed, document } = store.getState()
      return changes(deployed, document)
    },
    stateLosses: (version) => lossesOf(core, version),
    async onDeployment(deployment) {
      const { deployment: before, isDeploying } = store.getState()
      take(core, deployment)
      const { version } = deployment
      if (!isDeploying && version !== undefined && version !== before.version)
        await fetchDeployed(core)
    },
    dismissTrouble: () => store.setState({ trouble: undefined }),
  }
}

async function lossesOf(core: FlowCore, version?: number): Promise<readonly StateLoss[]> {
  const { api } = core.surroundings
  const { document } = core.store.getState()
  const before = await flowWithState(core)
  if (before === undefined) return []
  const after = version === undefined ? toFlow(document) : await api.version(document.name, version)
  return stateLosses(before, after, core.catalog().descriptors)
}

/** The flow of which there is state: what runs, or the last version of one that keeps it on disk. */
async function flowWithState({ store, surroundings }: FlowCore): Promise<Flow | undefined> {
  const { api } = surroundings
  const { deployed, deployment, document } = store.getState()
  if (deployed !== undefined) return toFlow(deployed)
  if (deployment.durability === undefined) return undefined
  const versions = await api.versions(document.name)
  if (versions.length === 0) return undefined
  return api.version(document.name, Math.max(...versions.map(({ number }) => number)))
}

/** Does something, and tells the person when it fails. */
async function told<Value>(
  { surroundings }: FlowCore,
  text: string,
  act: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await act()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    surroundings.notify({ kind: 'error', text, detail })
    return undefined
  }
}

async function deploy(
  core: FlowCore,
  saving: Saving,
  options: DeployOptions,
): Promise<DeployResult | undefined> {
  const { store } = core
  store.setState((state) => ({ isDeploying: true, tried: allTried(state) }))
  try {
    return await told(core, 'Not deployed', () => deployNow(core, saving, options))
  } finally {
    store.setState({ isDeploying: false })
  }
}

async function deployNow(
  core: FlowCore,
  saving: Saving,
  { note, version }: DeployOptions,
): Promise<DeployResult> {
  const { store, surroundings } = core
  const { api, notify } = surroundings
  const { name } = store.getState().document
  await saving.save()
  const sent = store.getState().saved
  try {
    const result = await api.deploy(name, {
      ...(version === undefined ? {} : { version }),
      ...(note === undefined ? {} : { note }),
    })
    const deployed = version === undefined ? sent : fromFlow(await api.version(name, version))
    // What was found outside does not stand in the way, and is still worth a look.
    store.setState(({ tried }) => ({
      deployed,
      problems: result.problems,
      tried: new Set(tried),
    }))
    take(core, result.deployment)
    notify({ kind: 'done', text: 'Deployed', detail: deployedDetail(result) })
    return result
  } catch (error) {
    if (!(error instanceof ApiError) || error.problems.length === 0) throw error
    // Forms tell all there is each time that `tried` is another one; now there is what was found.
    store.setState(({ tried }) => ({ problems: error.problems, tried: new Set(tried) }))
    const refusal = refusalOf(core, error.problems)
    throw refusal === undefined ? error : new Error(refusal, { cause: error })
  }
}

function take({ store }: FlowCore, deployment: DeploymentInfo): void {
  store.setState(({ trouble }) => ({ deployment, trouble: troubleAfter(trouble, deployment) }))
}

/** What runs now, where somebody else deployed it. */
async function fetchDeployed({ store, surroundings }: FlowCore): Promise<void> {
  const { flow, revision, deployed } = await surroundings.api.flow(store.getState().document.name)
  store.setState((state) => {
    if (deployed !== undefined) return { deployed: fromFlow(deployed) }
    return { deployed: revision === state.revision ? state.saved : fromFlow(flow) }
  })
}

/** The first error with the node that has it, and how many there are besides. */
function refusalOf(core: FlowCore, problems: readonly Problem[]): string | undefined {
  const [first, ...others] = problems.filter(({ severity }) => severity === 'error')
  const node = core.store.getState().document.nodes.get(first?.node ?? '')
  if (first === undefined || node === undefined) return undefined
  const rest = others.length === 0 ? '' : `; ${others.length} more under Problems`
  return `${nameOf(core.catalog(), node)}: ${first.message}${rest}`
}

function deployedDetail({ started, restarted, removed, tookMs }: DeployResult): string {
  const parts = [
    started.length > 0 ? `${started.length} started` : '',
    restarted.length > 0 ? `${restarted.length} restarted` : '',
    removed.length > 0 ? `${removed.length} removed` : '',
    `${Math.round(tookMs)} ms`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

import type { DeploymentInfo, DeployResult } from '@millrace/protocol'
import { ApiError } from './api.ts'
import { fromFlow } from './document.ts'
import type { FlowCore } from './flow-core.ts'
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
  /** Makes a running node do something, such as inject. */
  action(node: string, action: string, argument?: unknown): Promise<void>
  /** What deploying now would change. */
  undeployed(): Undeployed
  onDeployment(deployment: DeploymentInfo): void
  /** What went wrong has been read. */
  dismissTrouble(): void
}

export function createRunning(core: FlowCore, saving: Saving): Running {
  const { store, surroundings } = core
  const { api, notify } = surroundings
  const name = store.getState().document.name
  const changes = createUndeployed()
  const told = (text: string, error: unknown) =>
    notify({ kind: 'error', text, detail: error instanceof Error ? error.message : String(error) })

  const running: Running = {
    async deploy({ note, version } = {}) {
      store.setState({ isDeploying: true })
      try {
        await saving.save()
        const sent = store.getState().saved
        const result = await api.deploy(name, {
          ...(version === undefined ? {} : { version }),
          ...(note === undefined ? {} : { note }),
        })
        const deployed = version === undefined ? sent : fromFlow(await api.version(name, version))
        store.setState({ deployed })
        running.onDeployment(result.deployment)
        notify({ kind: 'done', text: 'Deployed', detail: deployedDetail(result) })
        return result
      } catch (error) {
        if (error instanceof ApiError && error.problems.length > 0)
          store.setState({ problems: error.problems })
        told('Not deployed', error)
        return undefined
      } finally {
        store.setState({ isDeploying: false })
      }
    },
    async stop() {
      try {
        running.onDeployment(await api.stop(name))
      } catch (error) {
        told('Not stopped', error)
      }
    },
    async action(node, action, argument) {
      try {
        await api.nodeAction(name, node, action, argument)
      } catch (error) {
        told('That did not work', error)
      }
    },
    undeployed() {
      const { deployed, document } = store.getState()
      return changes(deployed, document)
    },
    onDeployment: (deployment) =>
      store.setState(({ trouble }) => ({ deployment, trouble: troubleAfter(trouble, deployment) })),
    dismissTrouble: () => store.setState({ trouble: undefined }),
  }
  return running
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

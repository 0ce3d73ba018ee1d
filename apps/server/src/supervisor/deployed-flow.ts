import type { DeploymentSpec } from '@millrace/engine'
import type { DeploymentInfo, DurabilityInfo } from '@millrace/protocol'
import { nothingWatched, type Watched } from '../engine-process/watched.ts'
import { RestartPolicy } from './restart-policy.ts'

/** What the supervisor knows about one flow. */
export class DeployedFlow {
  readonly name: string
  readonly policy = new RestartPolicy()
  /** What is wanted to run; absent when it was stopped. */
  wanted: { readonly spec: DeploymentSpec; readonly version: number } | undefined
  /** What the present engine process runs of it, as far as is known here. */
  running: DeploymentSpec | undefined
  /** It is being started or changed at this moment. */
  isComingUp = false
  watched: Watched = nothingWatched
  info: DeploymentInfo = stopped
  /** What it keeps on disk, as last heard; known of a stopped flow too. */
  durability: DurabilityInfo | undefined
  /** Counts what was asked for; an answer to something older no longer matters. */
  turn = 0
  private restart: NodeJS.Timeout | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(name: string) {
    this.name = name
  }

  /** Does one thing after the other. */
  inOrder<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.last.then(task)
    this.last = done.catch(() => undefined)
    return done
  }

  restartAfter(delayMs: number, restart: () => void): void {
    this.cancelRestart()
    this.restart = setTimeout(restart, delayMs)
  }

  cancelRestart(): void {
    clearTimeout(this.restart)
    this.restart = undefined
  }
}

export const stopped: DeploymentInfo = { state: 'stopped', restarts: 0 }

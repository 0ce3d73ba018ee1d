import type { DeploymentSpec } from '@millrace/engine'
import type { DeploymentInfo, DurabilityInfo } from '@millrace/protocol'
import type { FlowEnd } from '../engine-process/messages.ts'
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
  /** No more flows than that are to be in its thread; 1 once it had to be stopped. */
  companyMax = Infinity
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

  /**
   * Who had to be stopped gets a thread to itself. When nobody knows who it was, each of them gets
   * half the company, until it is known.
   */
  keepApart({ cause, company }: FlowEnd): void {
    if (cause === 'halted') return
    if (cause !== 'company') this.companyMax = 1
    else if (company !== undefined) this.companyMax = Math.max(1, Math.floor(company / 2))
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

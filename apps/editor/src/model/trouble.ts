import type { DeploymentInfo } from '@millrace/protocol'

/** Why a flow does not run, or did not a moment ago; stays until it is read or deployed anew. */
export interface Trouble {
  readonly reason: string
  /** The node that is to blame, where one is. */
  readonly node: string | undefined
  readonly state: DeploymentInfo['state']
  readonly version: number | undefined
}

/** A flow that runs again has forgotten why it stopped; whoever looks at it has not. */
export function troubleAfter(
  before: Trouble | undefined,
  { state, reason, node, version }: DeploymentInfo,
): Trouble | undefined {
  // Somebody deploys: what was before no longer counts.
  if (state === 'starting' || state === 'stopped') return undefined
  if (reason !== undefined) return { reason, node, state, version }
  const isSame = before !== undefined && before.version === version
  return isSame ? { ...before, state } : undefined
}

import type { DeploymentSpec } from '@millrace/engine'
import type { SpecText } from '../engine-process/messages.ts'
import { changeBetween } from '../engine-process/spec-change.ts'

/** What the engine is sent, so that what runs becomes what is wanted: only what differs. */
export function textToSend(running: DeploymentSpec | undefined, wanted: DeploymentSpec): SpecText {
  return running === undefined
    ? { kind: 'whole', json: JSON.stringify(wanted) }
    : { kind: 'change', json: JSON.stringify(changeBetween(running, wanted)) }
}

import type { DeploymentSpec } from '@millrace/engine'
import type { DeployedFlow } from './deployed-flow.ts'
import { endSentence, nodeTitle } from './end-sentence.ts'
import { EngineRefusal } from './engine-link.ts'
import { SupervisorError } from './supervisor.ts'

export function isRefused(error: unknown, code: string): boolean {
  return error instanceof EngineRefusal && error.refusal.code === code
}

/** It went with another flow while the change was on its way, so it is just sent again. */
export function endedWithOthers(flow: DeployedFlow, error: unknown): boolean {
  const end = error instanceof EngineRefusal ? error.refusal.end : undefined
  if (end !== undefined) flow.keepApart(end)
  return end?.cause === 'company'
}

/** What the engine refused, as a person is told. */
export function toSupervisorError(
  error: unknown,
  spec: DeploymentSpec | undefined,
): SupervisorError {
  if (error instanceof SupervisorError) return error
  if (!(error instanceof EngineRefusal)) return new SupervisorError('ENGINE_FAILED', String(error))
  const { code, message, node, end } = error.refusal
  if (end !== undefined) return new SupervisorError(code, endSentence(end, spec), node)
  const isNamed = node === undefined || message.includes(node)
  const text = isNamed ? message : `${nodeTitle(node, spec)}: ${message}`
  return new SupervisorError(code, text, node)
}

import type { Problem } from '@millrace/flow'
import { Refusal } from '../refusal.ts'
import type { SupervisorError } from '../supervisor/supervisor.ts'

export function invalid(problems: readonly Problem[]): Refusal {
  const first = problems.find((problem) => problem.severity === 'error')
  const message = `The flow cannot be deployed: ${first?.message ?? ''}`
  return new Refusal(422, { code: 'FLOW_INVALID', message, problems })
}

export function failed(error: SupervisorError): Refusal {
  const { code, message, node } = error
  const problem: Problem = {
    severity: 'error',
    code,
    message,
    ...(node !== undefined && { node }),
  }
  return new Refusal(422, { code, message, problems: [problem] }, error)
}

import type { ErrorPolicy } from '../flow.ts'
import { limits } from '../limits.ts'
import type { Findings } from './findings.ts'

const policies = ['port', 'dead-letter', 'stop'] as const

export function readErrorPolicy(value: unknown, path: string, findings: Findings): ErrorPolicy {
  const record = findings.object(value, path, ['retries', 'backoffMs', 'policy'])
  if (!record) return {}
  const policy = policies.find((known) => known === record['policy'])
  if (policy === undefined && record['policy'] !== undefined) {
    findings.add('SHAPE_CHOICE', `${path}.policy`, `must be one of ${policies.join(', ')}`)
  }
  const number = (name: 'retries' | 'backoffMs'): number | undefined => {
    const found = record[name]
    if (isWhole(found, limits[name])) return found
    if (found === undefined) return undefined
    findings.add('SHAPE_NUMBER', `${path}.${name}`, `must be a whole number to ${limits[name]}`)
    return undefined
  }
  const [retries, backoffMs] = [number('retries'), number('backoffMs')]
  return {
    ...(retries !== undefined && { retries }),
    ...(backoffMs !== undefined && { backoffMs }),
    ...(policy !== undefined && { policy }),
  }
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
}

import { describe } from 'vitest'
import { serviceMissing, type ServiceName } from './program.ts'

const isCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')

/**
 * A suite that needs real services: skipped by name, with the reason, where one is missing; in CI
 * it fails instead.
 */
export function describeWith(
  services: readonly ServiceName[],
  name: string,
  body: () => void,
): void {
  const reasons = services.map(serviceMissing).filter((reason) => reason !== undefined)
  const reason = reasons.join('; ')
  if (reasons.length > 0 && isCi) throw new Error(`${name}: ${reason}`)
  const title = reasons.length > 0 ? `${name} [${reason}]` : name
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- the caller's
  describe.skipIf(reasons.length > 0)(title, body)
}

import { UsageError } from '../config/settings.ts'
import type { Settings } from '../config/settings.ts'
import type { Surroundings } from './surroundings.ts'

/** Elsewhere than in a container the setting would open the server, which has no sign-in yet. */
export function expectContainer(
  { isInContainer }: Settings,
  { isContainer, note }: Pick<Surroundings, 'isContainer' | 'note'>,
): void {
  if (!isInContainer) return
  if (!isContainer()) {
    throw new UsageError('--in-container is for containers, and this machine is none')
  }
  note(
    'There is no sign-in yet: whoever reaches the ports of this container may change flows. ' +
      'Publish them on this machine only, as -p 127.0.0.1:1880:1880 does.',
  )
}

/** Whom flows answer. */
export function flowNetwork({ host, isInContainer }: Settings) {
  return isInContainer ? { host, isForOwnNetworks: true } : {}
}

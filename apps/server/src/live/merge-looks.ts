import type { Watched } from '../supervisor/supervisor.ts'
import type { Look } from './requests.ts'

/** What of a flow has to be gathered, so that everybody who looks sees what they asked for. */
export function mergeLooks(looks: readonly Look[]): Watched {
  const isAll = looks.some((look) => look.debugNodes === null)
  return {
    isWatched: looks.length > 0,
    debugNodes: isAll ? null : [...new Set(looks.flatMap((look) => look.debugNodes ?? []))],
    taps: [...new Set(looks.flatMap((look) => look.taps))],
  }
}

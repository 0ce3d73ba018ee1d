import { shortCount } from '../format/numbers.ts'
import type { NodeGauge } from '../live/index.ts'

/** Why a node is said to slow the flow, in a sentence. */
export function bottleneckText({ inFlight }: Pick<NodeGauge, 'inFlight'>): string {
  const waiting =
    inFlight === 0
      ? 'it asks for fewer messages'
      : `${shortCount(inFlight)} ${inFlight === 1 ? 'message waits' : 'messages wait'} in it`
  return `This node is slower than what comes to it: ${waiting}, and the sources before it are held back.`
}

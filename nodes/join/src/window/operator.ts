import { operator } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { hopping } from '@millrace/sdk/windows'
import { JoinOperator } from '../pairing/join-operator.ts'
import type { JoinMaking } from '../pairing/join-operator.ts'
import { descriptor } from './descriptor.ts'
import { HoppingJoin } from './hopping-join.ts'
import { SessionJoin } from './session-join.ts'

export const window = operator(
  descriptor,
  (context) => new JoinOperator(context, makingOf(context.config)),
)

function makingOf(config: ConfigOf<typeof descriptor>): JoinMaking {
  const { type, sizeMs, slideMs, gapMs, offsetMs } = config
  if (type === 'session') {
    const shape = JSON.stringify([type, gapMs])
    return { shape, open: (parts) => new SessionJoin(parts, gapMs) }
  }
  const hops = { sizeMs, slideMs: type === 'tumbling' ? sizeMs : slideMs, offsetMs }
  const shape = JSON.stringify([type, hops])
  return { shape, open: (parts) => new HoppingJoin(parts, hopping(hops)) }
}

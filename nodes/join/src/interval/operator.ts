import { NodeError, operator } from '@millrace/sdk'
import { JoinOperator } from '../pairing/join-operator.ts'
import { descriptor } from './descriptor.ts'
import { IntervalJoin } from './interval-join.ts'

export const interval = operator(descriptor, (context) => {
  const { beforeMs, afterMs } = context.config
  if (-beforeMs > afterMs) {
    throw new NodeError(
      'JOIN_NO_INTERVAL',
      'The limits leave no time between them: no message can be before one and after the other.',
    )
  }
  return new JoinOperator(context, {
    // Messages are of use whatever the limits are; those that waited for longer than now just go.
    shape: 'interval',
    open: (parts) => new IntervalJoin(parts, { lowerMs: -beforeMs, upperMs: afterMs }),
  })
})

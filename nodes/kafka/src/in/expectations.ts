import type { SourceContext } from '@millrace/sdk'
import type { Partition } from './partition.ts'

type Context = Pick<SourceContext, 'expect'>

/** Whether event time waits for messages of the partition. */
export function expectPartition(
  context: Context,
  { topic, partition }: Partition,
  isExpected: boolean,
): void {
  context.expect({ payload: undefined, topic, partition }, isExpected)
}

/** What waits for a schema is there, only not readable yet: it is not silent, however long that takes. */
export function expectWaiting(context: Context, partitions: readonly Partition[]): void {
  for (const one of partitions) if (one.waitsFor !== undefined) expectPartition(context, one, true)
}

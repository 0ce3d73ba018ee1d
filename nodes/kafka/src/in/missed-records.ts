import { NodeError } from '@millrace/sdk'
import type { SourceContext } from '@millrace/sdk'
import type { Gap, Partition } from './partition.ts'

/** Tells of records that the broker had no more when they were to be read, and counts them. */
export class MissedRecords {
  count = 0
  private readonly context: Pick<SourceContext, 'fail' | 'log'>

  constructor(context: Pick<SourceContext, 'fail' | 'log'>) {
    this.context = context
  }

  /** Leaves by the error port as what cannot be read does, so that nobody has to look for it. */
  tell({ topic, partition, name }: Partition, { offset, nextOffset }: Gap): void {
    const { context } = this
    if (nextOffset < offset) {
      const text = `${name} ends before offset ${offset}, where reading was to go on: the broker lost records, or the topic was made anew. Goes on at offset ${nextOffset}.`
      context.log.warn(text, { code: 'KAFKA_OFFSET_BEYOND_END', topic, partition })
      return
    }
    const missing = { from: offset, to: nextOffset - 1, count: nextOffset - offset }
    this.count += missing.count
    const text = `The broker deleted ${missing.count} messages of ${name} before they were read: offsets ${missing.from} to ${missing.to}. Keep them for longer there (retention.ms, retention.bytes of the topic).`
    context.log.warn(text, { code: 'KAFKA_RECORDS_DELETED', topic, partition, ...missing })
    const about = { payload: missing, topic, partition, offset }
    context.fail(new NodeError('KAFKA_RECORDS_DELETED', text), about)
  }
}

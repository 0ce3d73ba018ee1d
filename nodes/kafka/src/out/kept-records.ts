import type { Clock } from '@millrace/sdk'
import type { ProducedPartition } from '../wire/produce-api.ts'

interface Written {
  /** Of the first record. */
  readonly offset: number
  /** When it was, on the monotonic clock. */
  readonly at: number
  readonly isOld: boolean
}

/** What was written as long ago may be gone for good reasons. */
const recentMs = 900_000
const oldMs = 3_600_000

/**
 * Notices that the broker deletes what was only just written, as it does with records whose times are
 * older than the topic keeps them.
 */
export class KeptRecords {
  private readonly clock: Clock
  private readonly onDeleted: (topic: string) => void
  private readonly written = new Map<string, Written>()
  private readonly told = new Set<string>()

  constructor(clock: Clock, onDeleted: (topic: string) => void) {
    this.clock = clock
    this.onDeleted = onDeleted
  }

  /** The broker took records up to this time; its answer also says what it still has. */
  wrote(answer: ProducedPartition, timestamp: number | undefined): void {
    const { topic, partition, baseOffset, logStart } = answer
    if (baseOffset < 0) return
    const name = `${topic}/${partition}`
    const before = this.written.get(name)
    const at = this.clock.monotonic()
    const isOld = timestamp !== undefined && timestamp < this.clock.now() - oldMs
    if (
      before !== undefined &&
      before.isOld &&
      at - before.at < recentMs &&
      logStart > before.offset
    )
      this.tell(topic)
    if (this.written.size >= partitionsMax) this.written.clear()
    this.written.set(name, { offset: baseOffset, at, isOld })
  }

  private tell(topic: string): void {
    if (this.told.has(topic) || this.told.size >= partitionsMax) return
    this.told.add(topic)
    this.onDeleted(topic)
  }
}

const partitionsMax = 10_000

import type { ReadBatch } from '../wire/read-batches.ts'

/** Records that cannot be read: the broker does not have them any more. */
export interface Gap {
  readonly kind: 'gap'
  /** The first that was to be read. */
  readonly offset: number
  /** Where reading goes on; before `offset` where the partition ends before that. */
  readonly nextOffset: number
}

export interface PartitionPlace {
  readonly topic: string
  readonly partition: number
  readonly topicId?: string | undefined
}

/** One partition that this node reads: what was fetched and how far it was passed on. */
export class Partition {
  readonly topic: string
  /** Id of the topic whose offsets these are; undefined where the broker tells none. */
  readonly topicId: string | undefined
  readonly partition: number
  /** Name of the partition in state. */
  readonly name: string
  /** The record to be fetched next. */
  fetchAt: number
  /** The record to be passed on next. */
  position: number
  /** Where the next record will be written, as the broker last said. */
  end: number | undefined
  queuedBytes = 0
  /** Number of the fetch that brought something last. */
  servedIn = 0
  /** Not fetched before then, after the broker refused. */
  restsUntil = 0
  failures = 0
  /** The record to be passed on next cannot be read before this is over. */
  waitsFor: Promise<void> | undefined
  private readonly queue: { readonly batch: ReadBatch | Gap; readonly bytes: number }[] = []

  constructor({ topic, partition, topicId }: PartitionPlace, position: number) {
    this.topic = topic
    this.topicId = topicId
    this.partition = partition
    this.name = nameOf(topic, partition)
    this.fetchAt = position
    this.position = position
  }

  get head(): ReadBatch | Gap | undefined {
    return this.queue[0]?.batch
  }

  /** How many records wait at the broker or here; undefined where that is not known. */
  get lag(): number | undefined {
    return this.end === undefined ? undefined : Math.max(0, this.end - this.position)
  }

  /** Whether something can be passed on now. */
  get isReady(): boolean {
    return this.queue.length > 0 && this.waitsFor === undefined
  }

  add(batch: ReadBatch | Gap, bytes: number): void {
    this.queue.push({ batch, bytes })
    this.queuedBytes += bytes
    this.fetchAt = batch.nextOffset
  }

  /** The first batch was passed on. */
  shift(): void {
    const done = this.queue.shift()
    if (done === undefined) return
    this.queuedBytes -= done.bytes
    this.position = done.batch.nextOffset
  }

  /** Goes on at another record, forgetting what was fetched. */
  seek(position: number): void {
    this.queue.length = 0
    this.queuedBytes = 0
    this.fetchAt = position
    this.position = position
  }
}

export function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

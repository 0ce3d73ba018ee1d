import { partitionOfKey } from '../wire/murmur2.ts'
import type { AddressedRecord } from './addressed-record.ts'

/** Records without a key go to one partition for so many bytes, so that batches are of a good size. */
const turnBytes = 16_384

/** Chooses the partition of records that name none. */
export class Partitioner {
  private readonly isByKey: boolean
  private readonly turns = new Map<string, { partition: number; bytes: number }>()

  constructor(isByKey: boolean) {
    this.isByKey = isByKey
  }

  choose({ topic, partition, key, size }: AddressedRecord, count: number): number {
    if (partition !== undefined) return partition
    if (count === 1) return 0
    if (this.isByKey && key !== null) return partitionOfKey(key, count)
    let turn = this.turns.get(topic)
    if (turn === undefined) {
      turn = { partition: 0, bytes: 0 }
      if (this.turns.size >= topicsMax) this.turns.clear()
      this.turns.set(topic, turn)
    }
    turn.bytes += size
    if (turn.bytes > turnBytes) {
      turn.partition += 1
      turn.bytes = 0
    }
    return turn.partition % count
  }
}

const topicsMax = 10_000

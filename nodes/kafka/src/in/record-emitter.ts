import { ReadLater } from '@millrace/schemas'
import { NodeError } from '@millrace/sdk'
import type { Message, SourceContext } from '@millrace/sdk'
import type { DamagedBatch, RecordsBatch } from '../wire/read-batches.ts'
import type { KafkaRecord } from '../wire/record.ts'
import { MissedRecords } from './missed-records.ts'
import type { Partition } from './partition.ts'
import { textKey } from './key-reader.ts'
import type { ReadKey } from './key-reader.ts'
import { copyOf } from './read-payload.ts'
import { messageOf } from './read-record.ts'
import { SeveralPayloads } from './value-reader.ts'
import type { ReadValue } from './value-reader.ts'

type Context = Pick<SourceContext, 'fail' | 'log'> & {
  readonly emit: { readonly out: (message: Message) => void }
}

const nothing = Buffer.alloc(0)
const always = (): boolean => true

/** How the parts of a record are read. */
export interface RecordReaders {
  readonly key: ReadKey
  readonly value: ReadValue
}

/** Makes messages of what was fetched of a partition. */
export class RecordEmitter {
  readonly missed: MissedRecords
  private readonly context: Context
  private readonly read: RecordReaders
  private readonly mayGoOn: () => boolean

  /** Between records it is asked whether more may be emitted now: the last may have filled a buffer. */
  constructor(context: Context, read: RecordReaders, mayGoOn: () => boolean = always) {
    this.context = context
    this.missed = new MissedRecords(context)
    this.read = read
    this.mayGoOn = mayGoOn
  }

  /** Emits records up to a number, and what is between them counts as none. */
  emit(partition: Partition, count: number): void {
    let left = count
    for (let { head } = partition; head !== undefined && left > 0; { head } = partition) {
      if (left < count && !this.mayGoOn()) return
      if (head.kind === 'records') {
        left -= this.emitRecords(partition, head, left)
        if (head.records.hasMore || partition.waitsFor !== undefined) return
      } else if (head.kind !== 'nothing') {
        if (head.kind === 'damaged') this.refuse(partition, head)
        else this.missed.tell(partition, head)
        left -= 1
      }
      partition.shift()
    }
  }

  private emitRecords(partition: Partition, batch: RecordsBatch, count: number): number {
    const { records } = batch
    let emitted = 0
    while (records.hasMore && emitted < count && (emitted === 0 || this.mayGoOn())) {
      emitted += 1
      let record: KafkaRecord
      try {
        record = records.next()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        records.skipRest()
        this.refuse(partition, { ...batch, offset: partition.position, reason })
        break
      }
      // The broker sends whole batches, also of what was passed on before.
      if (record.offset < partition.position) continue
      partition.position = record.offset + 1
      const later = this.emitRecord(partition, record)
      if (later === undefined) continue
      records.putBack(record)
      partition.position = record.offset
      partition.waitsFor = later.until
      break
    }
    return emitted
  }

  /** Gives what has to be waited for, where the record cannot be read yet. */
  private emitRecord(partition: Partition, record: KafkaRecord): ReadLater | undefined {
    const { context } = this
    let found: ReturnType<RecordEmitter['parts']>
    try {
      found = this.parts(partition, record)
    } catch (error) {
      const raw = { payload: copyOf(record.value ?? nothing), key: textKey(record.key) }
      const original = messageOf(partition, record, raw)
      context.fail(withPlace(error, original), original)
      return undefined
    }
    if (found instanceof ReadLater) return found
    const { key, payload } = found
    const payloads = payload instanceof SeveralPayloads ? payload.all : undefined
    if (payloads === undefined) context.emit.out(messageOf(partition, record, found))
    else
      for (const one of payloads)
        context.emit.out(messageOf(partition, record, { key, payload: one }))
    return undefined
  }

  private parts({ topic }: Partition, record: KafkaRecord) {
    const key = this.read.key(record.key, topic)
    if (key instanceof ReadLater) return key
    const payload = record.value === null ? null : this.read.value(record.value, topic)
    return payload instanceof ReadLater ? payload : { key, payload }
  }

  /** What cannot be read leaves as it is, and does not stand in the way of what comes after it. */
  private refuse(
    { topic, partition }: Partition,
    { offset, bytes, reason }: Pick<DamagedBatch, 'offset' | 'bytes' | 'reason'>,
  ): void {
    const text = `The batch at ${topic}/${partition}, offset ${offset}, cannot be read: ${reason}.`
    const payload = copyOf(bytes)
    this.context.fail(new NodeError('KAFKA_BATCH_DAMAGED', text), {
      payload,
      topic,
      partition,
      offset,
    })
  }
}

function withPlace(error: unknown, { topic, partition, offset }: Message): NodeError {
  const code = error instanceof NodeError ? error.code : 'KAFKA_PAYLOAD_UNREADABLE'
  const why = error instanceof Error ? error.message : String(error)
  const at = `${String(topic)}/${String(partition)}, offset ${String(offset)}`
  return new NodeError(code, `${why} (${at})`, { cause: error })
}

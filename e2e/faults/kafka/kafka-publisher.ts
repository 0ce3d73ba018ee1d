import { setTimeout as pause } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'
import { partitions, readings } from './kafka-flow.ts'

/** Writes numbered readings to Kafka, and knows which of them it has. */
export interface KafkaPublisher {
  readonly acknowledged: ReadonlySet<number>
  /** Goes on with so many a second until `close`; what Kafka does not acknowledge is sent again. */
  publish(perSecond: number): void
  /** Settles once that many more are acknowledged. */
  more(count: number): Promise<void>
  /** Ends with readings far in the future, one in each partition, which close all windows. */
  close(): Promise<void>
}

export interface Reading {
  readonly n: number
  readonly device: string
  /** Event time, in milliseconds. */
  readonly at: number
}

type Addressed = Reading & { readonly partition: number }

/** Number of the readings that close all windows. */
export const endNumber = -1
/** One batch covers no more event time than this: so far it may come again, later than the newest. */
export const batchSpanMs = 1_000

const devices = 5
const stepMs = 20
const batchMax = batchSpanMs / stepMs
const startMs = 1_700_000_000_000
const turnMs = 20
const againMs = 200
const sendWithinMs = 5_000
const allReplicas = -1

export function startKafkaPublisher(address: string): KafkaPublisher {
  return new Readings(address)
}

class Readings implements KafkaPublisher {
  readonly acknowledged = new Set<number>()
  private readonly address: string
  private producer: Producer
  private next = 0
  private isPublishing = false
  private running: Promise<void> = Promise.resolve()

  constructor(address: string) {
    this.address = address
    this.producer = producerOf(address)
  }

  publish(perSecond: number): void {
    this.isPublishing = true
    this.running = this.run(perSecond)
  }

  async more(count: number): Promise<void> {
    const enough = this.acknowledged.size + count
    while (this.acknowledged.size < enough) {
      // oxlint-disable-next-line no-await-in-loop -- until they are there
      await pause(turnMs)
    }
  }

  async close(): Promise<void> {
    this.isPublishing = false
    await this.running
    const at = startMs + this.next * stepMs + 86_400_000
    const ends = Array.from({ length: partitions }, (_, partition) => partition)
    await this.sendUntilThere(
      ends.map((partition) => ({ n: endNumber, device: `end-${partition}`, at, partition })),
    )
    await this.producer.close()
  }

  private async run(perSecond: number): Promise<void> {
    const beganMs = performance.now()
    while (this.isPublishing) {
      const due = ((performance.now() - beganMs) / 1_000) * perSecond
      const count = Math.min(batchMax, Math.max(0, Math.ceil(due - this.next)))
      const batch = Array.from({ length: count }, (_, index) => readingOf(this.next + index))
      this.next += count
      // oxlint-disable-next-line no-await-in-loop -- in order
      if (count > 0) await this.sendUntilThere(batch)
      for (const { n } of batch) this.acknowledged.add(n)
      // oxlint-disable-next-line no-await-in-loop -- paced by the clock
      if (count < batchMax) await pause(turnMs)
    }
  }

  /** What was not acknowledged may be there all the same, and then is there twice. */
  private async sendUntilThere(batch: readonly Addressed[]): Promise<void> {
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- until it is there
        await within(sendWithinMs, this.send(batch))
        return
      } catch {
        void this.producer.close(true).catch(() => undefined)
        this.producer = producerOf(this.address)
        // oxlint-disable-next-line no-await-in-loop
        await pause(againMs)
      }
    }
  }

  private send(batch: readonly Addressed[]): Promise<unknown> {
    return this.producer.send({
      acks: allReplicas,
      messages: batch.map(({ partition, ...reading }) => ({
        topic: readings,
        partition,
        key: Buffer.from(reading.device),
        value: Buffer.from(JSON.stringify(reading)),
      })),
    })
  }
}

function producerOf(address: string): Producer {
  const producer = new Producer({ clientId: 'publisher', bootstrapBrokers: [address], retries: 0 })
  producer.on('error', () => undefined)
  return producer
}

async function within(limitMs: number, task: Promise<unknown>): Promise<void> {
  const given = new AbortController()
  const limit = pause(limitMs, undefined, { signal: given.signal }).then(() => {
    throw new Error('not in time')
  })
  try {
    await Promise.race([task, limit])
  } finally {
    given.abort()
    limit.catch(() => undefined)
    task.catch(() => undefined)
  }
}

/** A device is always in the same partition. */
function readingOf(n: number): Addressed {
  const device = n % devices
  return { n, device: `device-${device}`, at: startMs + n * stepMs, partition: device % partitions }
}

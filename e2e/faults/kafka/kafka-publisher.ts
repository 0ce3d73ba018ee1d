import { setTimeout as pause } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'
import { partitions, readings } from './kafka-flow.ts'

/** Writes numbered readings to Kafka, and knows which of them it has. */
export interface KafkaPublisher {
  readonly acknowledged: ReadonlySet<number>
  /** Goes on with so many a second until `close`. */
  publish(perSecond: number): void
  /** Ends with readings far in the future, one in each partition, which close all windows. */
  close(): Promise<void>
}

export interface Reading {
  readonly n: number
  readonly device: string
  /** Event time, in milliseconds. */
  readonly at: number
}

/** Number of the readings that close all windows. */
export const endNumber = -1

const devices = 5
const stepMs = 20
const startMs = 1_700_000_000_000
const turnMs = 20
const allReplicas = -1

export function startKafkaPublisher(address: string): KafkaPublisher {
  const producer = new Producer({ clientId: 'publisher', bootstrapBrokers: [address] })
  const acknowledged = new Set<number>()
  let [next, isPublishing] = [0, false]
  let running: Promise<void> = Promise.resolve()

  const send = (all: readonly (Reading & { partition: number })[]): Promise<unknown> =>
    producer.send({
      acks: allReplicas,
      messages: all.map(({ partition, ...reading }) => ({
        topic: readings,
        partition,
        key: Buffer.from(reading.device),
        value: Buffer.from(JSON.stringify(reading)),
      })),
    })
  const run = async (perSecond: number): Promise<void> => {
    const beganMs = performance.now()
    while (isPublishing) {
      const due = ((performance.now() - beganMs) / 1_000) * perSecond
      const batch: (Reading & { partition: number })[] = []
      for (; next < due; next += 1) batch.push(readingOf(next))
      // oxlint-disable-next-line no-await-in-loop -- paced by the clock
      if (batch.length > 0) await send(batch)
      for (const { n } of batch) acknowledged.add(n)
      // oxlint-disable-next-line no-await-in-loop
      await pause(turnMs)
    }
  }
  return {
    acknowledged,
    publish: (perSecond) => {
      isPublishing = true
      running = run(perSecond)
    },
    close: async () => {
      isPublishing = false
      await running
      const at = startMs + next * stepMs + 86_400_000
      const ends = Array.from({ length: partitions }, (_, partition) => partition)
      await send(
        ends.map((partition) => ({ n: endNumber, device: `end-${partition}`, at, partition })),
      )
      await producer.close()
    },
  }
}

/** A device is always in the same partition. */
function readingOf(n: number): Reading & { partition: number } {
  const device = n % devices
  return { n, device: `device-${device}`, at: startMs + n * stepMs, partition: device % partitions }
}

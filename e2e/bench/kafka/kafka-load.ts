import { setTimeout as pause } from 'node:timers/promises'
import { Admin, Producer } from '@platformatic/kafka'

const perBatch = 2_000
const valueBytes = 120
const pollMs = 20

/** Writes so many readings of 120 bytes to a new topic of one partition. */
export async function fillTopic(broker: string, topic: string, count: number): Promise<void> {
  await makeTopic(broker, topic)
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [broker] })
  for (let from = 0; from < count; from += perBatch) {
    const size = Math.min(perBatch, count - from)
    const messages = Array.from({ length: size }, (_, at) => recordOf(topic, from + at))
    // oxlint-disable-next-line no-await-in-loop -- in order
    await producer.send({ acks: 1, messages })
  }
  await producer.close()
}

export async function makeTopic(broker: string, topic: string): Promise<void> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [broker] })
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  await admin.close()
}

function recordOf(topic: string, n: number) {
  const device = `device-${n % 1000}`
  const reading = { n, device, value: n % 100, at: 1_700_000_000_000 + n, pad: '' }
  reading.pad = 'x'.repeat(Math.max(0, valueBytes - JSON.stringify(reading).length))
  return { topic, key: Buffer.from(device), value: Buffer.from(JSON.stringify(reading)) }
}

/** Waits until a reader of committed messages finds so many in the topic; gives messages a second. */
export async function rateInto(broker: string, topic: string, count: number): Promise<number> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [broker] })
  const end = () => endOf(admin, topic)
  let [first, firstMs] = [0, 0]
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until all is there
    const there = await end()
    if (first === 0 && there > 0) [first, firstMs] = [there, performance.now()]
    if (there >= count) break
    // oxlint-disable-next-line no-await-in-loop
    await pause(pollMs)
  }
  const rate = ((count - first) / (performance.now() - firstMs)) * 1000
  await admin.close()
  return rate
}

async function endOf(admin: Admin, topic: string): Promise<number> {
  const partitions = [{ partitionIndex: 0, timestamp: -1n }]
  const [found] = await admin.listOffsets({
    topics: [{ name: topic, partitions }],
    isolationLevel: 1,
  })
  return Number(found?.partitions[0]?.offset ?? 0n)
}

/** `raw-client.ts BROKER FROM TO COUNT`: what the flow does, by hand with the client library. */
import { Consumer, MessagesStreamModes, Producer, ProduceAcks } from '@platformatic/kafka'

const [broker = '', from = '', to = '', countText = ''] = process.argv.slice(2)
const count = Number(countText)
const batchMax = 1_000

const options = { clientId: 'raw', bootstrapBrokers: [broker] }
const consumer = new Consumer({ ...options, groupId: `raw-${to}`, isolationLevel: 1 })
const producer = new Producer({ ...options, idempotent: true })
const stream = await consumer.consume({
  topics: [from],
  mode: MessagesStreamModes.EARLIEST,
  autocommit: 1_000,
  maxBytes: 1_048_576,
  maxWaitTime: 500,
})

let batch: { topic: string; key: Buffer; value: Buffer }[] = []
let [read, sending] = [0, Promise.resolve<unknown>(undefined)]

const send = async (): Promise<void> => {
  const messages = batch
  batch = []
  // One batch is on its way while the next one is gathered.
  await sending
  sending = producer.send({ messages, acks: ProduceAcks.ALL })
}

for await (const { key, value } of stream) {
  const reading = JSON.parse(value.toString('utf8')) as { readonly value: number }
  read += 1
  if (reading.value >= 0) {
    batch.push({ topic: to, key, value: Buffer.from(JSON.stringify(reading)) })
  }
  // oxlint-disable-next-line no-await-in-loop -- that slows the reading down
  if (batch.length >= batchMax || read === count) await send()
  if (read === count) break
}
await sending
process.exit()

import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { BrokerLinks } from './broker-links.ts'
import { BrokerVersions } from './broker-versions.ts'

const place = { host: 'kafka', port: 9092 }
const fetchByName = { key: 1, version: 11 }
const fetchById = { key: 1, version: 13 }

/** A broker that answers in turn; undefined where it does not. */
function asking(answers: ((readonly [apiKey: number, maxVersion: number])[] | undefined)[]) {
  let asked = 0
  const ask = () => {
    const answer = answers[asked]
    asked += 1
    if (answer === undefined) return Promise.reject(new Error('away'))
    const apiKeys = answer.map(([apiKey, maxVersion]) => ({ apiKey, maxVersion }))
    return Promise.resolve({ apiKeys })
  }
  // All that is called of the links.
  const versions = new BrokerVersions({ ask } as unknown as BrokerLinks)
  return { versions, asked: () => asked }
}

test('asks each broker once what it knows', async () => {
  const { versions, asked } = asking([[[1, 12]], [[1, 17]]])
  expect(await versions.knows(place, fetchByName)).toBe(true)
  expect(await versions.knows(place, fetchById)).toBe(false)
  expect(asked()).toBe(1)
  expect(await versions.knows({ ...place, port: 9093 }, fetchById)).toBe(true)
})

test('takes one without a list for one that knows nothing new, and asks again after it failed', async () => {
  const { versions } = asking([[], undefined, [[1, 17]]])
  expect(await versions.knows(place, fetchById)).toBe(false)
  versions.forget(place)
  await expect(versions.knows(place, fetchById)).rejects.toThrow('away')
  expect(await versions.knows(place, fetchById)).toBe(true)
})

/** A broker before Kafka 2.4: it refuses the request in the oldest version of its answer. */
async function oldBroker(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('data', (request) => {
      const answer = Buffer.alloc(14)
      answer.writeInt32BE(10, 0)
      request.copy(answer, 4, 8, 12)
      answer.writeInt16BE(35, 8)
      socket.write(answer)
    })
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('takes the refusal of an old broker for an answer', async () => {
  const port = await oldBroker()
  const links = new BrokerLinks('test', () => ({}))
  onTestFinished(() => links.close())
  const versions = new BrokerVersions(links)
  expect(await versions.knows({ host: '127.0.0.1', port }, fetchById)).toBe(false)
})

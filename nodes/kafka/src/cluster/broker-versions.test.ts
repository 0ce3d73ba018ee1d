import { expect, test } from 'vitest'
import type { BrokerLinks } from './broker-links.ts'
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

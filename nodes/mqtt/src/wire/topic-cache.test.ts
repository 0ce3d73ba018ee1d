import { expect, test } from 'vitest'
import { TopicCache } from './topic-cache.ts'

function find(cache: TopicCache<string>, text: string) {
  const bytes = Buffer.from(`--${text}--`)
  return cache.find(bytes, 2, bytes.length - 2)
}

test('knows a topic again by its bytes', () => {
  const asked: string[] = []
  const cache = new TopicCache((topic) => {
    asked.push(topic)
    return topic.toUpperCase()
  })
  const topics = ['plant/a', 'plant/ü', '__proto__', 'constructor', 'a'.repeat(300)]
  for (const topic of [...topics, ...topics]) {
    expect(find(cache, topic)).toMatchObject({ topic, value: topic.toUpperCase() })
  }
  // The very long one is decoded each time.
  expect(asked).toHaveLength(topics.length + 1)
  cache.clear()
  find(cache, 'plant/a')
  expect(asked).toHaveLength(topics.length + 2)
})

test('keeps a bounded number of topics', () => {
  let asked = 0
  const cache = new TopicCache(() => String((asked += 1)))
  for (let device = 0; device < 50_000; device += 1) find(cache, `device/${device}`)
  find(cache, 'device/49999')
  expect(asked).toBe(50_000)
  find(cache, 'device/0')
  expect(asked).toBe(50_001)
})

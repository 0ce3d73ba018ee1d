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

test.for(['plant/line-#/temperature', 'd#', '#/#', 'site/äöü/#/state'])(
  'knows thousands of topics such as %s again',
  (pattern) => {
    let asked = 0
    const cache = new TopicCache((topic) => {
      asked += 1
      return topic
    })
    const topics = Array.from({ length: 15_000 }, (_, n) => pattern.replaceAll('#', String(n)))
    for (const topic of [...topics, ...topics]) expect(find(cache, topic).value).toBe(topic)
    // One whose place is that of too many others is asked for each time.
    expect(asked).toBeLessThan(15_050)
  },
)

test('tells topics apart that differ in any one byte', () => {
  const cache = new TopicCache((topic) => topic)
  const base = 'plant/line/7/x'
  const topics = Array.from({ length: base.length }, (_, at) => at).flatMap((at) =>
    ['0', '1', 'Z'].map((other) => base.slice(0, at) + other + base.slice(at + 1)),
  )
  const all = [...topics, base, base.slice(1), `${base}x`]
  for (const topic of [...all, ...all]) expect(find(cache, topic).topic).toBe(topic)
})

import { manualTime } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { AbsentTopics } from './absent-topics.ts'

test('believes that a topic is absent once brokers have said so for some seconds', () => {
  const time = manualTime()
  const absent = new AbsentTopics(time.clock)
  const answered = (...there: string[]) =>
    absent.answered(['a', 'b'], (topic) => there.includes(topic))
  expect(answered('a')).toEqual([])
  time.advance(3_000)
  expect(answered('a')).toEqual([])
  time.advance(3_000)
  expect(answered('a')).toEqual(['b'])
})

test('counts anew after the topic was there', () => {
  const time = manualTime()
  const absent = new AbsentTopics(time.clock)
  const answered = (...there: string[]) => absent.answered(['a'], (topic) => there.includes(topic))
  answered()
  time.advance(3_000)
  answered('a')
  time.advance(3_000)
  expect(answered()).toEqual([])
  time.advance(5_000)
  expect(answered()).toEqual(['a'])
})

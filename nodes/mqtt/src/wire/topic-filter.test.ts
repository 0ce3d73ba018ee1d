import { expect, test } from 'vitest'
import { filterMatches, topicProblem } from './topic-filter.ts'

test.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/B', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['+/+', '/a', true],
  ['+', '/a', false],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['#', 'a/b', true],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
  ['a//b', 'a//b', true],
  ['a/+/b', 'a//b', true],
  ['$share/group/a/+', 'a/b', true],
  ['__proto__/+', '__proto__/x', true],
])('filter %s on topic %s: %s', (filter, topic, matches) => {
  expect(filterMatches(filter, topic)).toBe(matches)
})

test.each([
  ['', 'is empty'],
  ['a/+', 'has a wildcard'],
  ['a/#', 'has a wildcard'],
  ['a\0b', 'zero character'],
  ['x'.repeat(30_000), 'longer than'],
])('says what is wrong with publishing to %j', (topic, problem) => {
  expect(topicProblem(topic)).toContain(problem)
  expect(topicProblem('a/b')).toBe(undefined)
})

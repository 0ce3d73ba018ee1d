import { expect, test } from 'vitest'
import { joinPath, seenPaths } from './sample-paths.ts'

test('lists the places of a message with kinds and examples', () => {
  const paths = seenPaths([{ payload: { t: 21.5, 'a b': { c: 'x' }, list: [1, 2] }, topic: 'p/1' }])
  expect(paths.map(({ path, kind }) => `${path}: ${kind}`)).toEqual([
    'payload: map',
    'payload.t: number',
    'payload["a b"]: map',
    'payload["a b"].c: text',
    'payload.list: list of 2',
    'topic: text',
  ])
})

test('stays small whatever comes', () => {
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]))
  expect(seenPaths([{ payload: wide }]).length).toBeLessThanOrEqual(200)
})

test('quotes names that are no identifiers', () => {
  expect(joinPath('payload', 'a"b')).toBe('payload["a\\"b"]')
})

import { expect, test } from 'vitest'
import { murmur2, partitionOfKey } from './murmur2.ts'

// From the tests of Kafka's own clients (UtilsTest, "testMurmur2").
test.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('hashes %s as other clients do', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

test('names a partition that there is', () => {
  expect(partitionOfKey(Buffer.from('21'), 7)).toBeGreaterThanOrEqual(0)
  expect(partitionOfKey(Buffer.from('21'), 1)).toBe(0)
})

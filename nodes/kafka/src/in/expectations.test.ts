import type { Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { expectWaiting } from './expectations.ts'
import { Partition } from './partition.ts'

test('goes on expecting a partition whose next message waits for its schema', () => {
  const [waiting, silent] = [0, 1].map((partition) => new Partition({ topic: 'a', partition }, 0))
  if (waiting === undefined || silent === undefined) throw new Error('two were made')
  const said: (readonly [Message, boolean])[] = []
  const context = {
    expect: (like: Message, isExpected: boolean) => void said.push([like, isExpected]),
  }
  const { promise } = Promise.withResolvers<undefined>()
  waiting.waitsFor = promise
  expectWaiting(context, [waiting, silent])
  expect(said).toEqual([[{ payload: undefined, topic: 'a', partition: 0 }, true]])
  waiting.waitsFor = undefined
  expectWaiting(context, [waiting, silent])
  expect(said).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { GroupCommits } from './group-commits.ts'

function telling() {
  const told: (readonly [topic: string, partition: number, offset: number])[][] = []
  const answers: PromiseWithResolvers<void>[] = []
  const member = {
    commit: (offsets: readonly { topic: string; partition: number; offset: number }[]) => {
      told.push(offsets.map(({ topic, partition, offset }) => [topic, partition, offset] as const))
      const answer = Promise.withResolvers<void>()
      answers.push(answer)
      return answer.promise
    },
  }
  const failures: unknown[] = []
  const commits = new GroupCommits(member, (error) => void failures.push(error))
  return { commits, told, answers, failures }
}

const settle = () => new Promise((resolve) => void setImmediate(resolve))

test('tells one commit at a time, and what came meanwhile together', async () => {
  const { commits, told, answers, failures } = telling()
  commits.add(new Map([['a/0', 1]]))
  await settle()
  commits.add(new Map([['a/0', 2]]))
  commits.add(new Map([['a/1', 7]]))
  commits.add(new Map([['a/0', 3]]))
  expect(told).toEqual([[['a', 0, 1]]])
  answers[0]?.reject(new Error('no'))
  await settle()
  expect(failures).toHaveLength(1)
  expect(told[1]).toEqual([
    ['a', 0, 3],
    ['a', 1, 7],
  ])
})

test('no longer tells of partitions that are somebody else’s', async () => {
  const { commits, told, answers } = telling()
  commits.add(new Map([['a/0', 1]]))
  await settle()
  commits.add(new Map([['a/0', 2]]))
  commits.drop()
  answers[0]?.resolve()
  await commits.done
  expect(told).toEqual([[['a', 0, 1]]])
  commits.add(new Map([['a/0', 5]]))
  await settle()
  expect(told[1]).toEqual([['a', 0, 5]])
})

import { expect, test } from 'vitest'
import { firstOf } from './first-message.ts'

const read = new Map([
  ['empty', undefined],
  ['full', 'Read one'],
])

async function look(topic: string): Promise<string | undefined> {
  await Promise.resolve()
  if (!read.has(topic)) throw new Error(`not ${topic}`)
  return read.get(topic)
}

test('goes on after a topic that may not be read', async () => {
  expect(await firstOf(['mine', 'empty', 'full'], look)).toBe('Read one')
})

test('says which could not be read where none could', async () => {
  const refused = { outcome: 'skipped', text: 'mine cannot be read: not mine' }
  expect(await firstOf(['mine', 'yours', 'empty'], look)).toEqual(refused)
  expect(await firstOf(['empty'], look)).toMatchObject({ text: 'The topics are empty.' })
  expect(await firstOf([], look)).toMatchObject({ text: 'There is no topic to read.' })
})

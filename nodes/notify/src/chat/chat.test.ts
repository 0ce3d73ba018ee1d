import { checkNodeType, run } from '@millrace/sdk/testing'
import { expect, test } from 'vitest'
import { fakeReceiver } from '../testing/fake-receiver.ts'
import { chat } from './sink.ts'

test('holds to the contract of a node', async () => {
  const channel = { name: 'Test', send: fakeReceiver().send }
  expect(await checkNodeType(chat, { channel })).toEqual([])
})

test('tells what its templates make of an alert', () => {
  const receiver = fakeReceiver()
  const node = run(chat, {
    channel: { name: 'Test', send: receiver.send },
    text: ({ key }: { key: string }) => `Look at ${key}`,
    link: ({ key }: { key: string }) => `https://plant.example.org/${key}`,
  })
  node.send({ payload: { change: 'raised', key: 'p4', text: 'p4 is hot' }, key: 'p4' })
  node.advance(1)
  expect(receiver.announcements).toMatchObject([
    { items: [{ text: 'Look at p4', link: 'https://plant.example.org/p4', severity: 'warning' }] },
  ])
})

test.each([
  'javascript:alert(1)',
  'ms-excel:ofe|u|http://evil',
  'file:///x',
  'https://x'.padEnd(3000, 'x'),
])('leads nobody to %s', (link) => {
  const receiver = fakeReceiver()
  const node = run(chat, { channel: { name: 'Test', send: receiver.send }, link: () => link })
  node.send({ payload: { change: 'raised', key: 'p4', text: 'p4 is hot' }, key: 'p4' })
  node.advance(1)
  expect(receiver.announcements).toMatchObject([{ items: [{ link: '' }] }])
})

test('asks for a channel', () => {
  expect(() => run(chat, {})).toThrow('Choose a channel.')
})

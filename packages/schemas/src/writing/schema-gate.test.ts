import { NodeError } from '@millrace/sdk'
import type { Hold, Message } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { schemaGate } from './schema-gate.ts'

function open() {
  const passed: unknown[] = []
  const failed: unknown[] = []
  const pressed: boolean[] = []
  const known = Promise.withResolvers<void>()
  let isKnown = false
  // Only what the gate asks of it is looked at.
  const hold = {} as Hold
  const context = {
    hold: () => hold,
    resume: (_hold: Hold, run: () => void) => run(),
    release: () => undefined,
    goesOn: () => undefined,
    fail: (error: unknown, { payload }: Message) => void failed.push([payload, String(error)]),
  }
  const problem = (_name: string, { payload }: Message) => {
    if (payload === 'bad') throw new NodeError('BAD', 'bad')
    return payload === null || isKnown ? undefined : known.promise
  }
  const press = (isHigh: boolean) => void pressed.push(isHigh)
  const inner = { onMessage: ({ payload }: Message) => void passed.push(payload) }
  const gate = schemaGate(context, { nameOf: ({ topic }) => String(topic), problem, press }, inner)
  return {
    passed,
    failed,
    pressed,
    send: (topic: string, payload: unknown) => gate.onMessage({ topic, payload }, 0),
    learn: async () => {
      isKnown = true
      known.resolve()
      await known.promise
    },
  }
}

test('lets a message by that needs no schema, unless one of its name waits', async () => {
  const { send, learn, passed, failed, pressed } = open()
  send('a', null)
  expect([passed, pressed]).toEqual([[null], []])
  send('a', 1)
  send('a', null)
  send('b', null)
  expect([passed, pressed]).toEqual([[null, null], [true]])
  await learn()
  expect([passed, failed, pressed]).toEqual([[null, null, 1, null], [], [true, false]])
})

test('fails what is wrong in itself, at once or in its turn, and that alone', async () => {
  const { send, learn, passed, failed } = open()
  expect(() => send('a', 'bad')).toThrow('bad')
  send('a', 1)
  send('a', 'bad')
  send('a', 2)
  await learn()
  expect([passed, failed]).toEqual([[1, 2], [['bad', expect.stringContaining('bad')]]])
})

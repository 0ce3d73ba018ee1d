import { expect, it } from 'vitest'
import { EventChannel } from './event-channel.ts'
import type { EngineEvent } from './messages.ts'

const log = [{ time: 1, level: 'info', text: 'said' }] as const
const debug = { entries: [], dropped: {} }

function reports(batch: object): EngineEvent {
  return { kind: 'reports', flow: 'f', batch }
}

function channelOf() {
  const written: EngineEvent[] = []
  const waiting: (() => void)[] = []
  const channel = new EventChannel((event, done) => {
    written.push(event)
    waiting.push(done)
  })
  return { channel, written, takeAll: () => waiting.splice(0).forEach((done) => done()) }
}

it('leaves out what is volatile while the server is busy, and nothing when it is not', () => {
  const { channel, written, takeAll } = channelOf()
  for (let sent = 0; sent < 64; sent += 1) channel.send(reports({ debug }))
  channel.send(reports({ debug, log }))
  channel.send(reports({ debug }))
  expect(written.slice(63)).toEqual([reports({ debug }), reports({ log })])
  takeAll()
  channel.send(reports({ debug, log }))
  expect(written.at(-1)).toEqual(reports({ debug, log }))
})

it('leaves out all reports when far too many wait, but never an answer', () => {
  const { channel, written } = channelOf()
  for (let sent = 0; sent < 2_000; sent += 1) channel.send(reports({ log }))
  expect(written).toHaveLength(1_024)
  const done: EngineEvent = { kind: 'done', id: 1, result: { kind: 'nothing' } }
  channel.send(done)
  expect(written.at(-1)).toBe(done)
})

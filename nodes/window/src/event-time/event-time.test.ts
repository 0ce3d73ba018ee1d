import { describe, expect, it } from 'vitest'
import { timingFields } from '@millrace/sdk/descriptor'
import { run } from '@millrace/sdk/testing'
import { descriptor } from './descriptor.ts'
import { eventTime } from './operator.ts'

describe('event time', () => {
  it('passes messages on as they are, for the engine to stamp', () => {
    const node = run(eventTime, { eventTime: () => 5 })
    const messages = [{ payload: { time: 5 } }, { payload: null }, { payload: 'x', time: 1 }]
    for (const message of messages) node.send(message)
    expect(node.emitted('out')).toEqual(messages)
    expect(node.emitted('out')[0]?.payload).toBe(messages[0]?.payload)
  })

  it('has the fields by which the engine assigns time', () => {
    expect(descriptor.timed).toBe(true)
    expect(Object.keys(descriptor.fields)).toEqual(Object.keys(timingFields))
  })
})

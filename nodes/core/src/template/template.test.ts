import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import { template } from './operator.ts'

const line = ({ topic, payload }: Message) => `{"device": "${topic}", "t": ${String(payload)}}`

describe('template', () => {
  it('puts the text into the payload and leaves the rest as it is', () => {
    const node = run(template, { template: ({ topic }: Message) => `Device ${topic}` })
    node.send({ payload: 1, topic: 't1', time: 5 })
    expect(node.emitted('out')).toEqual([{ payload: 'Device t1', topic: 't1', time: 5 }])
  })

  it('puts it into another place when asked to', () => {
    const node = run(template, { template: () => 'hi', place: 'payload.note' })
    node.send({ payload: { t: 1 } })
    expect(node.emitted('out')).toEqual([{ payload: { t: 1, note: 'hi' } }])
  })

  it('reads the text as JSON when asked to', () => {
    const node = run(template, { template: line, format: 'json' })
    node.send({ topic: 't1', payload: 21.5 })
    expect(node.emitted('out')).toEqual([{ topic: 't1', payload: { device: 't1', t: 21.5 } }])
  })

  it('fails a message whose text is not JSON, and says what the text was', () => {
    const node = run(template, { template: line, format: 'json' })
    node.send({ topic: 't1', payload: 'n/a' })
    node.send({ topic: 't1', payload: 'x'.repeat(1_000_000) })
    expect(node.emitted('out')).toEqual([])
    const [first, second] = node.failures()
    expect(first?.code).toBe('TEMPLATE_NOT_JSON')
    expect(first?.message).toContain('"t": n/a')
    expect(second?.message.length).toBeLessThan(300)
  })

  it('keeps a property called __proto__ what it is: data', () => {
    const node = run(template, { template: () => '{"__proto__": {"polluted": 1}}', format: 'json' })
    node.send({ payload: 1 })
    const payload = node.emitted('out')[0]?.payload as object
    expect(Object.hasOwn(payload, '__proto__')).toBe(true)
    expect('polluted' in {}).toBe(false)
  })
})

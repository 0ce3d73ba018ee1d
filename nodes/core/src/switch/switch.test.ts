import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import { switchOperator } from './operator.ts'

const above =
  (limit: number) =>
  ({ payload }: Message) =>
    typeof payload === 'number' ? payload > limit : null

const cases = [
  { id: 'high', label: 'High', condition: above(80) },
  { id: 'medium', label: 'Medium', condition: above(50) },
]

describe('switch', () => {
  it('sends a message out by the first case that holds', () => {
    const node = run(switchOperator, { cases })
    for (const payload of [95, 60, 10]) node.send({ payload })
    expect(node.emitted('high')).toEqual([{ payload: 95 }])
    expect(node.emitted('medium')).toEqual([{ payload: 60 }])
    expect(node.emitted('otherwise')).toEqual([{ payload: 10 }])
  })

  it('sends a message out by every case that holds, when asked to', () => {
    const node = run(switchOperator, { cases, mode: 'all' })
    for (const payload of [95, 60, 10]) node.send({ payload })
    expect(node.emitted('high')).toEqual([{ payload: 95 }])
    expect(node.emitted('medium')).toEqual([{ payload: 95 }, { payload: 60 }])
    expect(node.emitted('otherwise')).toEqual([{ payload: 10 }])
  })

  it.each(['first', 'all'])('takes an unknown condition as one that does not hold (%s)', (mode) => {
    const node = run(switchOperator, { cases, mode })
    for (const payload of [null, undefined, 'n/a', {}]) node.send({ payload })
    expect(node.emitted('otherwise')).toHaveLength(4)
    expect(node.emitted()).toHaveLength(4)
  })

  it('names the ports of rows without an id by their number', () => {
    const node = run(switchOperator, { cases: [{ label: 'A', condition: () => true }] })
    node.send({ payload: 1 })
    expect(node.emitted('1')).toEqual([{ payload: 1 }])
  })
})

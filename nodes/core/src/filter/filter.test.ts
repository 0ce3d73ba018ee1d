import { describe, expect, it } from 'vitest'
import type { Expression } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import { filter } from './operator.ts'

/** As a compiled `payload > 30`: unknown for what has no order. */
const isHot: Expression<boolean> = ({ payload }) =>
  typeof payload === 'number' && !Number.isNaN(payload) ? payload > 30 : null

describe('filter', () => {
  it('lets a message pass for which the condition holds', () => {
    const node = run(filter, { condition: isHot })
    node.send({ payload: 31, topic: 't' })
    expect(node.emitted('out')).toEqual([{ payload: 31, topic: 't' }])
    expect(node.emitted('rejected')).toEqual([])
  })

  it.each([30, null, undefined, 'hot', NaN, { deep: true }, 'x'.repeat(1_000_000)])(
    'sends %o out as rejected',
    (payload) => {
      const node = run(filter, { condition: isHot })
      node.send({ payload })
      expect(node.emitted('rejected')).toEqual([{ payload }])
      expect(node.emitted('out')).toEqual([])
    },
  )

  it('passes on the very message, without a copy', () => {
    const node = run(filter, { condition: () => true })
    const payload = { big: true }
    node.send({ payload })
    expect(node.emitted('out')[0]?.payload).toBe(payload)
  })
})

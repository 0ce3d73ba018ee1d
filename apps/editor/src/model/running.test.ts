import type { Problem } from '@millrace/flow'
import { expect, test } from 'vitest'
import { inFront, openBench } from './testing/bench.ts'

test('shows what deploying found outside, though it does not stand in the way', async () => {
  const bench = await openBench()
  const flow = inFront(bench)
  const node = flow.addNode('test/sink', { position: { x: 0, y: 0 } })
  const found: Problem = { severity: 'warning', code: 'AWAY', message: 'Not checked.', node }
  bench.server.found = [found]
  await flow.deploy()
  expect(flow.store.getState().problems).toEqual([found])
})

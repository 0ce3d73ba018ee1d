import type { Problem } from '@millrace/flow'
import { expect, test } from 'vitest'
import { ApiError } from './api.ts'
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

test('says anew what was tried with the problems for which it was refused', async () => {
  const bench = await openBench()
  const flow = inFront(bench)
  const node = flow.addNode('test/filter', { position: { x: 0, y: 0 } })
  const problem: Problem = { severity: 'error', code: 'FIELD_MISSING', message: 'M', node }
  const problems = [problem]
  const refusal = { status: 422, code: 'FLOW_INVALID', message: 'No.', problems }
  bench.server.refusal = new ApiError(refusal)
  const seen: unknown[] = []
  flow.store.subscribe((now, before) => {
    if (now.tried !== before.tried) seen.push([[...now.tried], now.problems])
  })
  await flow.deploy()
  expect(seen).toEqual([
    [[node], []],
    [[node], problems],
  ])
})

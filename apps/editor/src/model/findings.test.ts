import type { TestStep } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { createConnections } from './connections.ts'
import { keptMs } from './findings.ts'
import { FakeServer } from './testing/fake-server.ts'
import { ManualClock, settled } from './testing/bench.ts'

const topics: TestStep = { step: 'Topics', outcome: 'passed', found: ['a', 'b'] }

interface Running {
  readonly onStep: (step: TestStep) => void
  readonly end: () => void
  readonly fail: (error: Error) => void
}

function open() {
  const tests: Running[] = []
  const clock = new ManualClock()
  const { api } = new FakeServer()
  const testConnection = (_id: string, onStep: Running['onStep']) =>
    new Promise<void>((end, fail) => void tests.push({ onStep, end, fail }))
  const parts = { api: { ...api, testConnection }, random: Math.random, clock }
  return { tests, clock, connections: createConnections(parts) }
}

test('offers what a step found before the test is over, to all that ask meanwhile', async () => {
  const { tests, connections } = open()
  const [first, second] = [connections.found('k', 'Topics'), connections.found('k', 'Topics')]
  tests[0]?.onStep(topics)
  expect(await first).toEqual(['a', 'b'])
  expect(await second).toEqual(['a', 'b'])
  expect(await connections.found('k', 'Topics')).toEqual(['a', 'b'])
  expect(tests).toHaveLength(1)
})

test('keeps what was found for some seconds, and no longer', async () => {
  const { tests, clock, connections } = open()
  const found = connections.found('k', 'Topics')
  tests[0]?.onStep(topics)
  tests[0]?.end()
  await found
  await settled()
  await clock.pass(keptMs - 1)
  expect(await connections.found('k', 'Topics')).toEqual(['a', 'b'])
  expect(await connections.found('k', 'Groups')).toEqual([])
  await clock.pass(1)
  void connections.found('k', 'Topics')
  expect(tests).toHaveLength(2)
})

test('keeps nothing of a test that failed, nor of a connection that was changed', async () => {
  const { tests, connections } = open()
  const failed = connections.found('k', 'Topics')
  tests[0]?.onStep({ step: 'Connect', outcome: 'failed' })
  tests[0]?.end()
  expect(await failed).toEqual([])
  await settled()
  const lost = connections.found('k', 'Topics')
  tests[1]?.fail(new Error('Offline.'))
  expect(await lost).toEqual([])
  await settled()
  void connections.found('k', 'Topics')
  await connections.save({ id: 'k', type: 't', name: 'K', config: {} })
  void connections.found('k', 'Topics')
  await settled()
  expect(tests).toHaveLength(4)
})

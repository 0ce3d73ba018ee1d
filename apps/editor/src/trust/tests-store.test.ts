import type { FlowTestCase, FlowTestResult, FlowTests } from '@millrace/flow'
import { expect, test } from 'vitest'
import { caseFromTaps } from './make-case.ts'
import { createTestsStore } from './tests-store.ts'

const one: FlowTestCase = {
  name: 'hot',
  steps: [{ node: 'in', message: { payload: 1 } }],
  expect: [{ node: 'out', messages: [] }],
}

/** A server that remembers tests, and whose runs give a message at every expectation. */
function bench(first: readonly FlowTestCase[] = []) {
  let kept: FlowTests = { millrace: 1, flow: 'a', cases: first }
  const asked: string[] = []
  const tests = createTestsStore({
    flow: 'a',
    saveFlow: async () => asked.push('flow saved'),
    api: {
      tests: async () => kept,
      saveTests: async (_flow, wanted) => {
        if (wanted.cases.some(({ name }) => name === 'refused')) throw new Error('No.')
        kept = wanted
        return kept
      },
      runTests: async (_flow, { cases = [] }) => {
        asked.push(`run ${cases.join(' ')}`)
        return cases.map((name): FlowTestResult => {
          const got = [[{ payload: 2 }]]
          return { name, outcome: 'failed', differences: [], got, notes: [], tookMs: 1 }
        })
      },
    },
  })
  return { tests, asked, kept: () => kept.cases }
}

test('adds a case under a name of its own, and saves it', async () => {
  const { tests, kept } = bench([one])
  expect(await tests.add(one)).toBe('hot 2')
  expect(kept().map(({ name }) => name)).toEqual(['hot', 'hot 2'])
  expect(tests.store.getState().chosen).toBe('hot 2')
})

test('saves the flow before it runs, and expects what was given when it is told to', async () => {
  const { tests, asked, kept } = bench([one])
  await tests.load()
  await tests.run()
  expect(asked).toEqual(['flow saved', 'run hot'])
  expect(tests.store.getState().results.get('hot')?.outcome).toBe('failed')
  await tests.accept('hot')
  expect(kept()[0]?.expect).toEqual([{ node: 'out', messages: [{ payload: 2 }] }])
  expect(asked.slice(2)).toEqual(['flow saved', 'run hot'])
})

test('tells what was refused, and keeps what was there', async () => {
  const { tests, kept } = bench([one])
  await tests.load()
  await tests.replace('hot', { ...one, name: 'refused' })
  expect(tests.store.getState().trouble).toBe('No.')
  expect(kept()).toEqual([one])
  await tests.remove('hot')
  expect(tests.store.getState()).toMatchObject({ trouble: undefined, cases: [] })
})

test('makes a case from what reached a node, in the order in which it came', () => {
  const shown = (time: number, message: object, isCut = false) => ({
    time,
    value: { json: JSON.stringify(message), isCut },
  })
  const seen = new Map([
    ['a:out', [shown(10, { payload: 1 }), shown(30, { payload: 3 })]],
    ['b:out', [shown(20, { payload: 2 }), shown(25, { payload: 'long' }, true)]],
  ])
  const wire = (from: string) => ({
    from: { node: from, port: 'out' },
    to: { node: 'n', port: 'in' },
  })
  const material = {
    node: 'n',
    name: 'Filter',
    isSource: false,
    isStateful: false,
    wires: [wire('a'), wire('b')],
    expected: [{ node: 'n', port: 'out' }],
    seen: (port: string) => seen.get(port) ?? [],
  }
  const place = { node: 'n', port: 'in' }
  expect(caseFromTaps(material)).toEqual({
    name: 'Filter, as seen',
    startMs: 10,
    steps: [1, 2, 3].map((payload) => ({ ...place, message: { payload } })),
    expect: [{ node: 'n', port: 'out', messages: [] }],
  })
  expect(caseFromTaps({ ...material, seen: () => [] })).toBeUndefined()
})

import { expect, test } from 'vitest'
import { compareMessages } from './compare-messages.ts'
import { canonicalFlowTestsText } from './flow-tests-text.ts'
import type { FlowTestExpectation, FlowTests } from './flow-tests.ts'
import { parseFlowTests, parseFlowTestsText } from './parse-flow-tests.ts'

const tests: FlowTests = {
  millrace: 1,
  flow: 'boilers',
  cases: [
    {
      name: 'hot',
      startMs: 1_000,
      steps: [{ node: 'in', message: { payload: { t: 99 } } }, { waitMs: 500 }, { end: true }],
      answers: { lookup: [{ payload: { site: 'A' } }] },
      expect: [
        { node: 'alert', port: 'raised', tolerance: 0.1, messages: [{ payload: { t: 99 } }] },
        { node: 'out', match: 'exact', inAnyOrder: true, messages: [] },
      ],
    },
    { name: 'nothing', steps: [], expect: [] },
  ],
}

test('writes tests so that they are read again as they were, a message a line', () => {
  const text = canonicalFlowTestsText(tests)
  expect(parseFlowTestsText(text).tests).toEqual(tests)
  expect(text).toContain('\n        {"node":"in","message":{"payload":{"t":99}}},\n')
  expect(JSON.parse(text)).toEqual(tests)
})

test.for([
  [{ ...tests, flow: 'No name' }, 'flow "No name" must be'],
  [{ ...tests, cases: [{ name: 'a', steps: [{}], expect: [] }] }, 'cases[0].steps[0] needs node'],
  [{ ...tests, cases: [{ name: 'a', steps: [{ waitMs: -1 }], expect: [] }] }, 'waitMs must be'],
  [{ ...tests, cases: [{ name: '', steps: [], expect: [] }] }, 'cases[0].name must not be empty'],
  [{ ...tests, cases: [tests.cases[0], tests.cases[0]] }, 'cases[1].name is there twice'],
  [
    { ...tests, cases: [{ name: 'a', steps: [], expect: [{ node: 'x', messages: [1] }] }] },
    'cases[0].expect[0].messages[0] must be an object',
  ],
] as const)('refuses %j', ([value, message]) => {
  expect(parseFlowTests(value).problems?.[0]?.message).toContain(message)
})

function compared(rules: Partial<FlowTestExpectation>, got: readonly object[]) {
  const found = compareMessages(
    { node: 'n', port: 'p', messages: [], ...rules },
    got.map((message) => ({ ...message })),
  )
  return found.map(({ kind, index, paths }) => [kind, index, ...paths])
}

const one = { payload: { t: 1, list: [1, 2] }, topic: 'a' }

test.for([
  [{ messages: [{ payload: { t: 1 } }] }, [one], []],
  [{ messages: [{ payload: { t: 1 } }], match: 'exact' }, [one], [['payload.list', 'topic']]],
  [{ messages: [{ payload: { t: 1.2 } }], tolerance: 0.5 }, [one], []],
  [{ messages: [{ payload: { t: 1.2 } }] }, [one], [['payload.t']]],
  [{ messages: [{ payload: { list: [1] } }] }, [one], [['payload.list[1]']]],
  [{ messages: [{ payload: { missing: null } }] }, [one], [['payload.missing']]],
] as const)('%j against %j differs at %j', ([rules, got, expected]) => {
  const differing = expected.map((paths) => ['different', 0, ...paths])
  expect(compared(rules, got)).toEqual(differing)
})

test('says which messages are missing, and which came without being expected', () => {
  expect(compared({ messages: [one] }, [])).toEqual([['missing', 0]])
  expect(compared({}, [one, one])).toEqual([
    ['unexpected', 0],
    ['unexpected', 1],
  ])
})

test('messages in any order are matched to what they fit', () => {
  const rules = { inAnyOrder: true, messages: [{ topic: 'b' }, { topic: 'a' }, { topic: 'c' }] }
  expect(compared(rules, [{ topic: 'a' }, { topic: 'b' }, { topic: 'c' }])).toEqual([])
  expect(compared(rules, [{ topic: 'a' }, { topic: 'x' }])).toEqual([
    ['different', 0, 'topic'],
    ['missing', 2],
  ])
})

test('rounding is no difference', () => {
  expect(compared({ messages: [{ payload: 0.3 }] }, [{ payload: 0.1 + 0.2 }])).toEqual([])
})

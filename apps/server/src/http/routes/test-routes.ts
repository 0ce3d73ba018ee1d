import { parseFlow, parseFlowTests } from '@millrace/flow'
import type { Flow, FlowTests } from '@millrace/flow'
import type { RunTestsBody } from '@millrace/protocol'
import { KeyedQueue } from '../../flows/keyed-queue.ts'
import { unreadable } from '../../flows/saved-flows.ts'
import { notFound } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { testFlow } from '../../trial/test-flow.ts'
import { object, ref } from '../openapi/schemas.ts'
import { bodyOf, documentBytesMax } from '../route.ts'
import type { Route } from '../route.ts'
import { nameOf } from './flow-routes.ts'

/** All cases together may take so long before the request is answered. */
const runWithinMs = 50_000

/** The tests of flows: reading, saving and running them. */
export function testRoutes(server: Server): readonly Route[] {
  const { saved, directory } = server
  // Trials share what processor the flows leave.
  const queue = new KeyedQueue()
  return [
    {
      method: 'get',
      path: '/api/flows/:name/tests',
      summary: 'Reads the tests of a flow',
      answer: {
        status: 200,
        schema: object({ tests: ref('FlowTests') }),
        description: 'The tests',
      },
      refusals: [404, 422],
      handle: async ({ params }) => ({ body: { tests: await readTests(server, nameOf(params)) } }),
    },
    {
      method: 'put',
      path: '/api/flows/:name/tests',
      summary: 'Saves the tests of a flow',
      body: { schema: 'SaveTests', bytesMax: documentBytesMax },
      answer: { status: 200, schema: object({ tests: ref('FlowTests') }), description: 'As saved' },
      refusals: [404, 422],
      handle: async ({ params, body }) => {
        const { name } = saved.get(nameOf(params)).flow
        const tests = asTests(bodyOf<{ tests: unknown }>({ body }).tests, name)
        await directory.tests.write(tests)
        return { body: { tests } }
      },
    },
    {
      method: 'post',
      path: '/api/flows/:name/tests/run',
      summary: 'Runs tests of a flow, apart from everything that runs',
      body: { schema: 'RunTests', bytesMax: documentBytesMax },
      answer: { status: 200, schema: ref('TestRun'), description: 'How each case went' },
      refusals: [404, 422],
      handle: async ({ params, body }) => {
        const wanted = bodyOf<RunTestsBody>({ body })
        const flow = flowOf(server, nameOf(params), wanted.flow)
        const tests =
          wanted.tests === undefined
            ? await readTests(server, flow.name)
            : asTests(wanted.tests, flow.name)
        const cases = chosen(tests, wanted.cases)
        const results = await queue.run('trial', () =>
          testFlow(flow, cases, {
            ...server.trials,
            nodeTypes: server.nodeTypes,
            signal: AbortSignal.timeout(runWithinMs),
          }),
        )
        return { body: { results } }
      },
    },
  ]
}

async function readTests({ saved, directory }: Server, name: string): Promise<FlowTests> {
  const { flow } = saved.get(name)
  const { tests, problems } = await directory.tests.read(flow.name)
  if (tests === undefined) throw unreadable('', problems)
  return tests
}

function flowOf({ saved }: Server, name: string, given: unknown): Flow {
  const { flow } = saved.get(name)
  if (given === undefined) return flow
  const parsed = parseFlow(given)
  if (parsed.flow === undefined) throw unreadable('flow', parsed.problems)
  return { ...parsed.flow, name: flow.name }
}

/** Tests that were copied from another flow are this flow's from now on. */
function asTests(value: unknown, flow: string): FlowTests {
  const { tests, problems } = parseFlowTests(value)
  if (tests === undefined) throw unreadable('tests', problems)
  return { ...tests, flow }
}

function chosen({ cases }: FlowTests, names: readonly string[] | undefined) {
  if (names === undefined) return cases
  return names.map((name) => {
    const found = cases.find((one) => one.name === name)
    if (found === undefined) throw notFound('TEST_UNKNOWN', `There is no test "${name}"`)
    return found
  })
}

import { openCatalog } from '@millrace/catalog'
import type { Catalog } from '@millrace/catalog'
import type { Flow, FlowNode, FlowTestCase } from '@millrace/flow'
import { beforeAll, describe, expect, test } from 'vitest'
import { testFlow } from './test-flow.ts'

let catalog: Catalog

beforeAll(async () => {
  catalog = await openCatalog({ manifest: new URL('../../package.json', import.meta.url).href })
})

/** A chain of nodes, each wired from the port that it names to the next. */
function chain(nodes: readonly (FlowNode & { readonly port?: string })[]): Flow {
  const wires = nodes.slice(1).map((node, index) => {
    const before = nodes[index]
    const from = { node: before?.id ?? '', port: before?.port ?? 'out' }
    return { from, to: { node: node.id, port: 'in' } }
  })
  const plain = nodes.map(({ port: _port, ...node }) => node)
  return { millrace: 1, name: 'a', title: 'A', nodes: plain, wires, layout: {} }
}

function run(flow: Flow, cases: readonly FlowTestCase[], caseMs = 10_000) {
  const { descriptors: nodeTypes, nodePackages } = catalog
  const environment = { PATH: process.env['PATH'] ?? '' }
  return testFlow(flow, cases, { nodeTypes, nodePackages, environment, caseMs })
}

const hot = chain([
  { id: 'in', type: 'mqtt/in', config: { topic: 'a', broker: 'nowhere' } },
  { id: 'hot', type: 'core/filter', config: { condition: 'payload.t > 80' } },
  { id: 'out', type: 'influxdb/out', config: { server: 'nowhere', measurement: 't' } },
])

describe('runs cases in a process of their own', () => {
  test('with sources by hand and sinks written down', async () => {
    const results = await run(hot, [
      {
        name: 'lets only what is hot pass',
        steps: [70, 90, 81].map((t) => ({ node: 'in', message: { payload: { t } } })),
        expect: [
          { node: 'out', messages: [{ payload: { t: 90 } }, { payload: { t: 81 } }] },
          { node: 'hot', port: 'rejected', messages: [{ payload: { t: 70 } }] },
        ],
      },
      {
        name: 'expects too much',
        steps: [{ node: 'in', message: { payload: { t: 99 } } }],
        expect: [{ node: 'out', messages: [{ payload: { t: 98 } }, { payload: { t: 1 } }] }],
      },
    ])
    expect(results.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['lets only what is hot pass', 'passed'],
      ['expects too much', 'failed'],
    ])
    expect(results[1]?.differences).toMatchObject([
      { kind: 'different', index: 0, paths: ['payload.t'] },
      { kind: 'missing', index: 1 },
    ])
    expect(results[1]?.got[0]).toMatchObject([{ payload: { t: 99 } }])
  })

  test('at a time of their own: windows close as it goes on, or as messages say', async () => {
    const flow = chain([
      { id: 'in', type: 'core/inject', config: {} },
      {
        id: 'mean',
        type: 'window/aggregate',
        config: {
          window: 'tumbling',
          sizeMs: 10_000,
          aggregates: [{ function: 'avg', value: 'payload', name: 'mean' }],
        },
      },
      { id: 'out', type: 'core/debug', config: {} },
    ])
    const expected = [{ node: 'out', messages: [{ payload: { mean: 3 } }] }]
    const [byClock, byTime] = await run(flow, [
      {
        name: 'by the clock',
        startMs: 0,
        steps: [
          { node: 'in', message: { payload: 2 } },
          { waitMs: 5_000 },
          { node: 'in', message: { payload: 4 } },
          { waitMs: 10_000 },
        ],
        expect: expected,
      },
      {
        name: 'by the times of messages',
        startMs: 0,
        steps: [
          { node: 'in', message: { payload: 2, time: 1_000 } },
          { node: 'in', message: { payload: 4, time: 9_000 } },
          { node: 'in', message: { payload: 9, time: 20_000 } },
        ],
        expect: expected,
      },
    ])
    expect(byClock?.differences).toEqual([])
    expect(byClock?.outcome).toBe('passed')
    expect(byTime?.outcome).toBe('passed')
  })

  test('from the middle of a flow, in the place of what is wired there', async () => {
    const [result] = await run(hot, [
      {
        name: 'filter alone',
        steps: [{ node: 'hot', port: 'in', message: { payload: { t: 99 }, topic: 'x' } }],
        expect: [{ node: 'hot', messages: [{ topic: 'x' }] }],
      },
    ])
    expect(result).toMatchObject({ outcome: 'passed', notes: [] })
  })
})

describe('keeps everybody safe from what it runs', () => {
  const code = (text: string) =>
    chain([
      { id: 'in', type: 'core/inject', config: {} },
      { id: 'code', type: 'core/function', config: { code: text } },
      { id: 'out', type: 'core/debug', config: {} },
    ])
  const once: FlowTestCase = {
    name: 'once',
    steps: [{ node: 'in', message: { payload: 1 } }],
    expect: [{ node: 'out', messages: [{ payload: 2 }] }],
  }

  test('code of functions runs, also where it awaits', async () => {
    const text = 'await null\nmessage.payload += 1\nreturn message'
    expect(await run(code(text), [once])).toMatchObject([{ outcome: 'passed' }])
  })

  test('a case that loops is stopped, and the next one runs', async () => {
    const text = 'while (message.payload === 1) {}\nmessage.payload = 2\nreturn message'
    const fine = { ...once, name: 'fine', steps: [{ node: 'in', message: { payload: 7 } }] }
    const results = await run(code(text), [once, fine], 1_500)
    expect(results.map(({ outcome }) => outcome)).toEqual(['broken', 'passed'])
    expect(results[0]?.message).toContain('did not end within 1.5 s')
  })

  test('what fails is told, and can be expected', async () => {
    const failing = {
      ...once,
      expect: [{ node: 'code', port: 'error', messages: [{ payload: 1 }] }],
    }
    const results = await run(code('throw new Error("too hot")'), [once, failing])
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'passed'])
    expect(results[0]?.notes.join()).toContain('too hot')
  })

  test('calls to the outside are answered by the case, or not at all', async () => {
    const flow = chain([
      { id: 'in', type: 'core/inject', config: {} },
      { id: 'call', type: 'http/request', config: { url: 'http://192.0.2.1/' } },
      { id: 'out', type: 'core/debug', config: {} },
    ])
    const results = await run(flow, [
      { ...once, answers: { call: [{ payload: 2 }] } },
      { ...once, name: 'without answers', expect: [{ node: 'out', messages: [] }] },
    ])
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'passed'])
    expect(results[1]?.notes).toEqual(['call: kept from reaching outside; give it `answers`'])
  })

  test('a node that is not there is named', async () => {
    const steps = [{ node: 'nobody', message: { payload: 1 } }]
    const [result] = await run(code(''), [{ ...once, steps }])
    expect(result).toMatchObject({
      outcome: 'broken',
      message: expect.stringContaining('"nobody"'),
    })
  })
})

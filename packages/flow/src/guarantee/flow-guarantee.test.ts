import { describe } from '@millrace/sdk/descriptor'
import type { Descriptor, Promises } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import type { ConnectionDocument, Flow, FlowNode } from '../flow.ts'
import { flowGuarantee } from './flow-guarantee.ts'

const shared = { version: 1, summary: '', category: 'transform', icon: 'box' } as const
const into = [{ name: 'in', title: 'In' }]
const out = [{ name: 'out', title: 'Out' }]

function type(
  name: string,
  kind: 'source' | 'operator' | 'sink',
  more: { readonly promises?: Promises; readonly stateful?: boolean } = {},
): Descriptor {
  return describe({
    ...shared,
    ...more,
    type: `test/${name}`,
    kind,
    title: name,
    inputs: kind === 'source' ? [] : into,
    outputs: kind === 'sink' ? [] : out,
    fields: {
      qos: { kind: 'text', label: 'QoS', default: '0' },
      broker: { kind: 'connection', type: 'test/broker', label: 'Broker' },
    },
  })
}

const brokerType: Descriptor = describe({
  ...shared,
  type: 'test/broker',
  kind: 'connection',
  title: 'Broker',
  inputs: [],
  outputs: [],
  fields: { session: { kind: 'text', label: 'Session', default: 'clean' } },
})

const types = [
  brokerType,
  type('timer', 'source'),
  type('log', 'source', { promises: { replayable: true } }),
  type('mqtt', 'source', {
    promises: {
      replayable: true,
      gaps: [
        { may: 'lose', because: 'MQTT QoS {qos}', when: { field: 'qos', is: ['0'] } },
        {
          may: 'lose',
          because: 'a clean session',
          whenConnection: { of: 'broker', when: { field: 'session', is: ['clean'] } },
        },
      ],
    },
  }),
  type('window', 'operator', { stateful: true }),
  type('call', 'operator', {
    promises: { gaps: [{ may: 'repeat', because: 'HTTP POST cannot be repeated safely' }] },
  }),
  type('mail', 'sink'),
  type('table', 'sink', { promises: { idempotent: true } }),
]

/** A flow from lines such as `log > window > table`; a node is called as its type. */
function draw(lines: readonly string[], settings: Readonly<Record<string, object>> = {}): Flow {
  const names = [...new Set(lines.flatMap((line) => line.split(' > ')))]
  const nodes: FlowNode[] = names.map((id) => ({
    id,
    type: `test/${id.replace(/\d+$/, '')}`,
    config: {},
    ...settings[id],
  }))
  const wires = lines.flatMap((line) => {
    const way = line.split(' > ')
    return way.slice(1).map((to, index) => ({
      from: { node: way[index] ?? '', port: 'out' },
      to: { node: to, port: 'in' },
    }))
  })
  return { millrace: 1, name: 'a', title: 'A', nodes, wires, layout: {} }
}

function judged(flow: Flow, isDurable = true) {
  const broker = (id: string, config: object): ConnectionDocument => {
    return { id, type: 'test/broker', name: '', config: { ...config } }
  }
  return flowGuarantee(flow, {
    nodeTypes: new Map(types.map((descriptor) => [descriptor.type, descriptor])),
    connections: new Map([
      ['kept', broker('kept', { session: 'persistent' })],
      ['clean', broker('clean', {})],
    ]),
    isDurable,
  })
}

test.for([
  ['log > window > table', 'exactly-once', 'Exactly once: what is taken in can be taken up again'],
  ['timer > table', 'at-most-once', 'timer cannot be read again after a crash (timer)'],
  ['mqtt > table', 'at-most-once', 'At most once: MQTT QoS 0 (mqtt).'],
  ['log > mail', 'at-least-once', 'mail writes again what a crash left unconfirmed (mail)'],
  ['log > call > table', 'at-least-once', 'At least once: HTTP POST cannot be repeated safely'],
  ['timer > mail', 'best-effort', 'Best effort: may be lost, because of timer cannot'],
] as const)('%s delivers %s', ([line, guarantee, sentence]) => {
  const found = judged(draw([line]))
  expect(found?.guarantee).toBe(guarantee)
  expect(found?.sentence).toContain(sentence)
})

test('settings of the node and of its connection close gaps', () => {
  const settings = (id: string) => ({ mqtt: { config: { qos: '1', broker: id } } })
  expect(judged(draw(['mqtt > table'], settings('kept')))?.guarantee).toBe('exactly-once')
  expect(judged(draw(['mqtt > table'], settings('clean')))?.sentence).toContain('a clean session')
})

test('tells paths apart, and gives the flow the weakest', () => {
  const found = judged(draw(['log > window > table', 'timer > window', 'log > mail']))
  expect(found?.guarantee).toBe('best-effort')
  expect(found?.paths.map(({ source, end, guarantee }) => [source, end, guarantee])).toEqual([
    ['log', 'mail', 'at-least-once'],
    ['log', 'table', 'exactly-once'],
    ['timer', 'table', 'at-most-once'],
  ])
  expect(found?.ends.map(({ node, guarantee }) => [node, guarantee])).toEqual([
    ['mail', 'at-least-once'],
    ['table', 'at-most-once'],
  ])
})

test('state that is kept in memory only may be lost', () => {
  expect(judged(draw(['log > window > table']), false)?.sentence).toBe(
    'At most once: the state of window is kept in memory only (window).',
  )
})

test('nodes that are disabled or not reached count for nothing', () => {
  const off = { timer: { isDisabled: true } }
  expect(judged(draw(['timer > table', 'log > table'], off))?.guarantee).toBe('exactly-once')
  expect(judged(draw(['timer > table'], off))).toBeNull()
})

test('a node that is not installed promises nothing', () => {
  expect(judged(draw(['log > unknown > table']))?.sentence).toContain('test/unknown')
})

test('a large flow keeps within its bounds', () => {
  const lines = Array.from({ length: 3_000 }, (_, index) => `timer${index} > window > table`)
  const found = judged(draw(lines))
  expect(found?.guarantee).toBe('at-most-once')
  expect(found?.reasons.length).toBeLessThanOrEqual(20)
  expect(found?.paths.length).toBeLessThanOrEqual(500)
})

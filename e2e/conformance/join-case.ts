import type { Flow, FlowNode, Wire } from '@millrace/flow'
import type { InputLine } from '../golden/runner/read-golden.ts'
import type { Case, CaseResult } from './case.ts'
import type { CaseFlow } from './case-flow.ts'

/** Node types of the flows that stand for joins. */
export const joinTypes = ['join/interval', 'join/enrich', 'core/change']

/** The flow that a join means, and the case as it is compared; undefined for one that is no join. */
export function joinCase(given: Case): CaseFlow | undefined {
  const config = configOf(given)
  if (config === undefined) return undefined
  const turns = given.events.map(({ side, proc, ts = 0, key, value }, index): InputLine[] => [
    ...(proc === undefined ? [] : [{ advanceTo: proc }]),
    { node: side === 'R' ? 'right' : 'left', message: { payload: { ts, key, value, index } } },
  ])
  return { compared: compared(given), flow: document(config, given), turns }
}

/** What is compared are the values of both sides, and what the case computes of them. */
function compared(given: Case): Case {
  const expect = given.expect.map(({ key, left, right, product }): CaseResult => ({
    start: null,
    end: null,
    key,
    aggs: { left, right, ...(product === undefined ? {} : { product }) },
  }))
  const names = Object.keys(expect[0]?.aggs ?? {})
  const aggs = Object.fromEntries(names.map((name) => [name, ['value', name] as const]))
  return { ...given, expect, aggs }
}

function configOf({ window }: Case): Pick<FlowNode, 'type' | 'config'> | undefined {
  if (window.type === 'interval-join') {
    // A case says where the left lies from the right; the node asks the other way round.
    const [beforeMs, afterMs] = [window['upper'], -Number(window['lower'])]
    return { type: 'join/interval', config: { leftKey: 'payload.key', beforeMs, afterMs } }
  }
  if (window.type !== 'lookup-join') return undefined
  const config = { key: 'payload.key', value: 'payload.value', target: 'payload.right' }
  return { type: 'join/enrich', config }
}

function document(join: Pick<FlowNode, 'type' | 'config'>, { watermark }: Case): Flow {
  const isTimed = watermark.strategy === 'bounded'
  const delay = (watermark.delay ?? 0) - (watermark.minusOne === true ? 0 : 1)
  const timing = isTimed ? { eventTime: 'payload.ts', lateByMs: delay, idleAfterMs: 0 } : {}
  const source = (id: string): FlowNode => ({ id, type: 'conformance/source', config: timing })
  const sink = (id: string): FlowNode => ({ id, type: 'conformance/sink', config: {} })
  const inputs = join.type === 'join/enrich' ? ['in', 'table'] : ['left', 'right']
  const nodes = [
    source('left'),
    source('right'),
    { id: 'join', ...join },
    { id: 'values', type: 'core/change', config: { rows: rowsOf(join.type) } },
    ...['results', 'late', 'errors'].map(sink),
  ]
  const wires = [
    wire('left', 'out', `join:${inputs[0]}`),
    wire('right', 'out', `join:${inputs[1]}`),
    wire('join', 'out', 'values:in'),
    wire('values', 'out', 'results:in'),
    wire('join', 'late', 'late:in'),
    wire('join', 'error', 'errors:in'),
  ]
  return { millrace: 1, name: 'case', title: 'Case', nodes, wires, layout: {} }
}

function rowsOf(type: string): readonly Readonly<Record<string, unknown>>[] {
  const set = (place: string, value: string) => ({ id: place, action: 'set', place, value })
  if (type === 'join/interval') {
    return ['left', 'right'].map((side) => set(`payload.${side}`, `payload.${side}.value`))
  }
  return [
    set('payload.left', 'payload.value'),
    set('payload.product', 'payload.left * payload.right'),
  ]
}

function wire(node: string, port: string, to: string): Wire {
  const [target = '', input = ''] = to.split(':')
  return { from: { node, port }, to: { node: target, port: input } }
}

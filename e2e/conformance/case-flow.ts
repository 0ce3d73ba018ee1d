import type { Flow, FlowNode } from '@millrace/flow'
import type { InputLine } from '../golden/runner/read-golden.ts'
import type { Case, CaseEvent } from './case.ts'
import { differenceFrom } from './differences.ts'
import { joinCase } from './join-case.ts'
import { patternCase } from './pattern-case.ts'

/** Later than any event, so that only explicit watermarks count. */
const neverMs = 1e15

export interface CaseFlow {
  readonly flow: Flow
  /** For each entry of the case, what is played. */
  readonly turns: readonly (readonly InputLine[])[]
  /** The case in the form in which it is compared, where that is another. */
  readonly compared?: Case
}

/** Why a case is not run: there is nothing yet that means it, or ours differs on purpose. */
export interface NoFlow {
  readonly kind: 'skipped' | 'differs'
  readonly reason: string
}

/** A flow that means what the case says, or why there is none. */
export function flowOf(given: Case): CaseFlow | NoFlow {
  if (given.dialect !== 'flink') return { kind: 'differs', reason: differenceFrom(given) }
  const other = joinCase(given) ?? patternCase(given)
  if (other !== undefined) return other
  const window = windowOf(given)
  if (window === undefined) return notYet(given.window.type)
  const aggregates = Object.entries(given.aggs ?? {}).map(([name, [kind, field]]) => ({
    id: name,
    name,
    function: kind,
    ...(field === null ? {} : { [kind === 'count' ? 'counted' : 'value']: fieldPath(field) }),
  }))
  const unknown = aggregates.find((one) => !functions.has(one.function))
  if (unknown !== undefined) return notYet(`aggregate ${unknown.function}`)
  const config = {
    ...window,
    aggregates,
    ...(given.keyed === false ? {} : { groupBy: 'payload.key' }),
    ...(given.watermark.strategy === 'processing-time' ? { time: 'processing' } : {}),
    allowedLatenessMs: given.allowedLateness ?? 0,
    accumulation: given.accumulation ?? 'accumulating',
    ...triggerOf(given),
  }
  return { flow: document(config, lateByMs(given)), turns: given.events.map(turnOf) }
}

function notYet(what: string): NoFlow {
  return { kind: 'skipped', reason: `${what} is not yet there` }
}

/** Results before the end, or of a window that never ends. */
function triggerOf({ trigger, window }: Case): Record<string, unknown> {
  const isGlobal = window.type === 'global'
  if (trigger?.every !== undefined) {
    return isGlobal
      ? { every: 'time', everyMs: trigger.every }
      : { early: 'time', earlyMs: trigger.every }
  }
  if (trigger?.count !== undefined) {
    return isGlobal
      ? { every: 'messages', everyMessages: trigger.count }
      : { early: 'messages', earlyMessages: trigger.count }
  }
  return {}
}

const functions = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'first',
  'last',
  'median',
  'stddev',
  'stddevPopulation',
  'variance',
  'variancePopulation',
  'distinct',
  'mode',
  'collect',
  'delta',
  'rate',
  'timeWeighted',
])

function fieldPath(field: string): string {
  return field === '$' ? 'payload.value' : `payload.value.${field}`
}

function windowOf(given: Case): Record<string, unknown> | undefined {
  const { window } = given
  const { type, size, slide, offset = 0, step, gap, merge, perKey } = window
  switch (type) {
    case 'tumbling':
      return { type, sizeMs: size, offsetMs: offset }
    case 'hopping':
      return { type, sizeMs: size, slideMs: slide, offsetMs: offset }
    case 'cumulate':
      return { type, sizeMs: size, stepMs: step, offsetMs: offset }
    case 'session':
      return merge === 'touching' ? { type, gapMs: gap } : undefined
    case 'count':
      return perKey === true && slide === undefined ? { type, messages: size } : undefined
    case 'global':
      return given.trigger === undefined ? undefined : { type }
    default:
      return undefined
  }
}

/** Ours is max − lateBy − 1; a case says whether its own has the 1. */
function lateByMs({ watermark }: Case): number {
  if (watermark.strategy !== 'bounded') return neverMs
  const delay = watermark.delay ?? 0
  return watermark.minusOne === true ? delay : delay - 1
}

function document(config: Readonly<Record<string, unknown>>, lateBy: number): Flow {
  const nodes: FlowNode[] = [
    {
      id: 'events',
      type: 'conformance/source',
      config: { eventTime: 'payload.ts', lateByMs: lateBy },
    },
    { id: 'window', type: 'window/aggregate', config },
    { id: 'results', type: 'conformance/sink', config: {} },
    { id: 'late', type: 'conformance/sink', config: {} },
    { id: 'errors', type: 'conformance/sink', config: {} },
  ]
  const wire = (from: string, port: string, to: string) => ({
    from: { node: from, port },
    to: { node: to, port: 'in' },
  })
  const wires = [
    wire('events', 'out', 'window'),
    wire('window', 'out', 'results'),
    wire('window', 'late', 'late'),
    wire('window', 'error', 'errors'),
    wire('events', 'error', 'errors'),
  ]
  return { millrace: 1, name: 'case', title: 'Case', nodes, wires, layout: {} }
}

function turnOf(event: CaseEvent, index: number): InputLine[] {
  const node = 'events'
  if (event.wm !== undefined) return [{ watermark: event.wm, node }]
  const lines: InputLine[] = []
  const { proc, ts = 0, key, value } = event
  if (proc !== undefined) lines.push({ advanceTo: proc })
  if (proc === undefined || 'key' in event) {
    lines.push({ node, message: { payload: { ts, key, value, index } } })
  }
  return lines
}

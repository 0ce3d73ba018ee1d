import type { Flow, FlowNode } from '@millrace/flow'
import type { InputLine } from '../golden/runner/read-golden.ts'
import type { Case, CaseResult } from './case.ts'
import type { CaseFlow } from './case-flow.ts'

/** Node types of the flows that stand for patterns. */
export const patternTypes = ['detect/pattern', 'core/change']

/** The flow that a pattern means, and the case as it is compared; undefined for one that is none. */
export function patternCase(given: Case): CaseFlow | undefined {
  const { window } = given
  if (window.type !== 'pattern') return undefined
  const steps = stepsOf(String(window['pattern']), conditionsOf(window['define']))
  const after = /^skip to last (\w+)$/.exec(String(window['afterMatch']))?.[1]
  const config = {
    steps,
    key: 'payload.key',
    between: 'refused',
    withinMs: 86_400_000,
    ...(after === undefined ? {} : { afterMatch: 'last', afterStep: after }),
  }
  const turns = given.events.map(({ ts, key, value }, index): InputLine[] => [
    { node: 'events', message: { payload: { ts, key, value, index } } },
  ])
  return { compared: compared(given), flow: document(config, given), turns }
}

/** Such as `START DOWN+ UP`: names, each with how often it comes. */
function stepsOf(
  pattern: string,
  conditions: Readonly<Record<string, string>>,
): readonly Readonly<Record<string, unknown>>[] {
  return pattern.split(' ').map((word) => {
    const name = word.replace(/[+?]$/, '')
    const often = word.endsWith('+') ? 'oneOrMore' : word.endsWith('?') ? 'optional' : 'once'
    return { id: name, name, often, condition: conditions[name] ?? 'true' }
  })
}

/** Such as `price < previous price`: fields of the value, of this message and of the one before. */
function conditionsOf(define: unknown): Readonly<Record<string, string>> {
  // The file says what each step is; a step that it does not name takes any message.
  const given = Object.entries(define as Readonly<Record<string, string>>)
  return Object.fromEntries(
    given.map(([name, condition]) => [
      name,
      condition.replaceAll(
        /(previous )?\b([a-z]+)\b/g,
        (_, previous: string | undefined, field) =>
          `${previous === undefined ? '' : 'previous.'}payload.value.${field}`,
      ),
    ]),
  )
}

/** The lowest point is the last message that fell. */
const results = [
  { id: 'bottom', action: 'set', place: 'payload.bottom', value: 'payload.steps.DOWN.last.time' },
]

function compared(given: Case): Case {
  const expect = given.expect.map(({ key, start, end, bottom }): CaseResult => {
    return { start, end, key, aggs: { bottom } }
  })
  return { ...given, expect, aggs: { bottom: ['last', 'ts'] } }
}

function document(config: Readonly<Record<string, unknown>>, { watermark }: Case): Flow {
  const delay = (watermark.delay ?? 0) - (watermark.minusOne === true ? 0 : 1)
  const nodes: FlowNode[] = [
    {
      id: 'events',
      type: 'conformance/source',
      config: { eventTime: 'payload.ts', lateByMs: delay },
    },
    { id: 'pattern', type: 'detect/pattern', config },
    { id: 'values', type: 'core/change', config: { rows: results } },
    ...['results', 'late', 'errors'].map((id) => ({ id, type: 'conformance/sink', config: {} })),
  ]
  const wire = (node: string, port: string, to: string) => ({
    from: { node, port },
    to: { node: to, port: 'in' },
  })
  const wires = [
    wire('events', 'out', 'pattern'),
    wire('pattern', 'out', 'values'),
    wire('values', 'out', 'results'),
    wire('pattern', 'late', 'late'),
    wire('pattern', 'error', 'errors'),
  ]
  return { millrace: 1, name: 'case', title: 'Case', nodes, wires, layout: {} }
}

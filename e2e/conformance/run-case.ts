import { createMemoryDisk, createTestNodes, sourceType } from '@millrace/engine/testing'
import type { Flow } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { isSame } from '../golden/runner/compare.ts'
import type { OutputLine } from '../golden/runner/read-golden.ts'
import { GoldenRun } from '../golden/runner/run-golden.ts'
import { stage } from '../golden/runner/stage.ts'
import { installedTypes } from '../installed-types.ts'
import type { Case, CaseResult } from './case.ts'
import { flowOf } from './case-flow.ts'
import type { NoFlow } from './case-flow.ts'
import { joinTypes } from './join-case.ts'
import { patternTypes } from './pattern-case.ts'

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly problems: readonly string[] }
  | NoFlow

const names = ['window/aggregate', ...joinTypes, ...patternTypes]

/** The installed nodes and the two ends of the flow around it. */
export async function conformanceTypes(): Promise<ReadonlyMap<string, NodeType>> {
  const installed = new Map(await installedTypes(names))
  installed.set('conformance/source', sourceType(new Map(), { type: 'conformance/source' }))
  const sink = createTestNodes().nodeTypes.at(-1)
  if (sink !== undefined) installed.set('conformance/sink', sink)
  return installed
}

/** What happens after every entry of a case. */
const modes = {
  plain: async (): Promise<void> => undefined,
  'restored from a snapshot': (run: GoldenRun) => run.crash(),
  'killed and going on from an epoch': async (run: GoldenRun): Promise<void> => {
    run.endEpoch()
    await run.kill()
  },
} as const

/** Runs a case through the real engine: plain, and interrupted in two ways after every entry. */
export async function runCase(
  given: Case,
  installed: ReadonlyMap<string, NodeType>,
): Promise<Outcome> {
  const made = flowOf(given)
  if ('reason' in made) return made
  const problems: string[] = []
  for (const [mode, after] of Object.entries(modes)) {
    const disk = mode.startsWith('killed') ? createMemoryDisk() : undefined
    const run = new GoldenRun(stage(made.flow, installed, sourcesOf(made.flow)), disk)
    const seen = await play(run, made.turns, { given, after })
    const found = compare(made.compared ?? given, seen)
    problems.push(...found.map((text) => `${mode}: ${text}`))
  }
  return problems.length === 0 ? { kind: 'passed' } : { kind: 'failed', problems }
}

function sourcesOf({ nodes }: Flow): ReadonlySet<string> {
  return new Set(nodes.filter(({ type }) => type === 'conformance/source').map(({ id }) => id))
}

interface SeenLine extends OutputLine {
  readonly at: number | 'eof'
}

async function play(
  run: GoldenRun,
  turns: readonly (readonly Parameters<GoldenRun['play']>[0][])[],
  { given, after }: { readonly given: Case; readonly after: (run: GoldenRun) => Promise<void> },
): Promise<readonly SeenLine[]> {
  const seen: SeenLine[] = []
  const note = (at: number | 'eof'): void => {
    for (const line of run.output.slice(seen.length)) seen.push({ ...line, at })
  }
  await run.open(0, {})
  for (const [index, lines] of turns.entries()) {
    for (const line of lines) run.play(line)
    note(index)
    await after(run)
  }
  if (given.endOfInput !== 'none') run.play({ end: true })
  note('eof')
  await run.close()
  return seen
}

function compare(given: Case, seen: readonly SeenLine[]): string[] {
  const results = seen.filter(({ node }) => node === 'results').map((line) => resultOf(line, given))
  const missing = withoutEach(given.expect, results)
  const extra = withoutEach(results, given.expect, true)
  const late = seen.filter(({ node }) => node === 'late').map(indexOf)
  const errors = seen.filter(({ node }) => node === 'errors')
  const dropped = given.dropped ?? []
  return [
    ...missing.map((result) => `missing ${JSON.stringify(result)}`),
    ...extra.map((result) => `unexpected ${JSON.stringify(result)}`),
    ...errors.map(({ message }) => `error ${JSON.stringify(message)}`),
    ...(isSame(late, dropped) ? [] : [`late are [${late.join()}], expected [${dropped.join()}]`]),
  ]
}

/** The expected results that have no actual one, or the other way round; each is used once. */
function withoutEach(
  these: readonly CaseResult[],
  those: readonly CaseResult[],
  areActual = false,
): CaseResult[] {
  const left = [...those]
  return these.filter((one) => {
    const at = left.findIndex((other) => (areActual ? fits(one, other) : fits(other, one)))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function fits(actual: CaseResult, expected: CaseResult): boolean {
  return (
    (expected.start === null || actual.start === expected.start) &&
    (expected.end === null || actual.end === expected.end) &&
    isSame(actual.key ?? null, expected.key ?? null) &&
    isSame(actual.aggs, expected.aggs) &&
    (expected.at === undefined || actual.at === expected.at)
  )
}

function resultOf({ message, at }: SeenLine, { aggs = {} }: Case): CaseResult {
  const payload = payloadOf(message)
  const values = Object.keys(aggs).map((name) => [name, payload[name]])
  return {
    start: numberOrNull(payload['start']),
    end: numberOrNull(payload['end']),
    key: payload['key'] ?? null,
    aggs: Object.fromEntries(values),
    at,
  }
}

function indexOf({ message }: SeenLine): unknown {
  return payloadOf(message)['index']
}

function payloadOf(message: unknown): Readonly<Record<string, unknown>> {
  // Everything in this flow has a record as its payload: ours, or the window node's.
  return (message as { readonly payload: Readonly<Record<string, unknown>> }).payload
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

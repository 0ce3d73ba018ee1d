import type { DescriptorsByType, Flow, FlowTestCase, FlowTestResult } from '@millrace/flow'
import type { TrialSubject } from './trial-messages.ts'
import { runInProcess } from './trial-process.ts'
import type { TrialEnd } from './trial-process.ts'

/** What a process in which a flow is tried out needs of this machine. */
export interface TrialGround {
  /** `Catalog.nodePackages`. */
  readonly nodePackages: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export interface TestFlowOptions extends TrialGround {
  readonly nodeTypes: DescriptorsByType
  /** Longest time for one case; 10 seconds when absent. */
  readonly caseMs?: number
  readonly signal?: AbortSignal
  readonly onResult?: (result: FlowTestResult) => void
}

const usualCaseMs = 10_000
const heapMb = 512

/**
 * Runs cases against a flow, apart from everything that runs: sources give what the cases say,
 * sinks are written down. A case that never ends is stopped, and the others go on.
 */
export async function testFlow(
  flow: Flow,
  cases: readonly FlowTestCase[],
  options: TestFlowOptions,
): Promise<readonly FlowTestResult[]> {
  const results: FlowTestResult[] = []
  const take = (result: FlowTestResult): void => {
    results.push(result)
    options.onResult?.(result)
  }
  const subject = subjectOf(flow, options)
  const silentMs = options.caseMs ?? usualCaseMs
  const { environment, signal } = options
  while (results.length < cases.length) {
    const left = cases.slice(results.length)
    // oxlint-disable-next-line no-await-in-loop -- a new process for what the last one left over
    const end = await runInProcess(
      { kind: 'cases', subject, cases: left },
      { environment, heapMb, silentMs, signal },
      (event) => {
        if (event.kind === 'result') take(event.result)
      },
    )
    const culprit = cases[results.length]
    if (culprit !== undefined) take(broken(culprit, end, silentMs))
    if (end.kind === 'aborted')
      for (const one of cases.slice(results.length)) take(broken(one, end, 0))
  }
  return results
}

export function subjectOf(
  flow: Flow,
  { nodeTypes, nodePackages }: Pick<TestFlowOptions, 'nodeTypes' | 'nodePackages'>,
): TrialSubject {
  const types = new Set(flow.nodes.map(({ type }) => type))
  const descriptors = [...types].flatMap((type) => {
    const descriptor = nodeTypes.get(type)
    if (descriptor === undefined) return []
    const { help: _help, ...rest } = descriptor
    return [rest]
  })
  return { flow, descriptors, nodePackages }
}

function broken({ name }: FlowTestCase, end: TrialEnd, silentMs: number): FlowTestResult {
  const message =
    end.kind === 'silent'
      ? `The case did not end within ${silentMs / 1000} s and was stopped.`
      : end.kind === 'failed'
        ? end.message
        : 'The case was not run to its end: all together took too long.'
  const took = end.kind === 'silent' ? silentMs : 0
  return { name, outcome: 'broken', message, differences: [], got: [], notes: [], tookMs: took }
}

import type { Problem } from '@millrace/flow'
import { countProblems, worstLook, type FlowState, type ProblemLook } from '../model/index.ts'

export interface NodeProblems {
  readonly look: ProblemLook
  readonly errors: number
  readonly warnings: number
  /** What the first of them says. */
  readonly first: string
}

type Known = ReadonlyMap<string, NodeProblems>
const known = new WeakMap<readonly Problem[], WeakMap<ReadonlySet<string>, Known>>()

/** The problems of each node; worked out once for a list. */
export function problemsByNode({ problems, tried }: Pick<FlowState, 'problems' | 'tried'>): Known {
  const ofProblems = known.get(problems) ?? new WeakMap<ReadonlySet<string>, Known>()
  known.set(problems, ofProblems)
  const found = ofProblems.get(tried) ?? summedUp(problems, tried)
  ofProblems.set(tried, found)
  return found
}

function summedUp(problems: readonly Problem[], tried: ReadonlySet<string>): Known {
  const placed = problems.filter(({ node }) => node !== undefined)
  const ofNodes = Map.groupBy(placed, ({ node }) => node ?? '')
  return new Map([...ofNodes].map(([node, own]) => [node, summary(own, tried)]))
}

function summary(own: readonly Problem[], tried: ReadonlySet<string>): NodeProblems {
  const counts = countProblems(own, tried)
  const look = worstLook(counts)
  const first = own[0]?.message ?? ''
  return { look: look === 'none' ? 'warning' : look, ...counts, first }
}

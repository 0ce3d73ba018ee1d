import type { Compilers } from '../config/compilers.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { ResolvedConfig } from '../config/resolve.ts'
import type { UpdateReport } from '../deployment.ts'
import { isEqual } from '../plan/equal.ts'
import type { Plan, PlannedNode } from '../plan/plan.ts'
import type { Connections } from './connections.ts'
import type { NodeRun } from './node-run.ts'

/** A node that has to be created, with the configuration that it will get. */
export interface Newcomer {
  readonly planned: PlannedNode
  readonly config: ResolvedConfig
}

/** What has to be done to make the running flow the wanted one. */
export interface Change {
  readonly plan: Plan
  readonly newcomers: readonly Newcomer[]
  /** Running nodes that end: removed ones and those whose configuration changed. */
  readonly leaving: readonly NodeRun[]
  readonly report: UpdateReport
}

/**
 * Compares what runs with what is wanted. Compiles all that is new, so that whatever can be refused
 * is refused before anything that runs is touched.
 */
export function findChange(
  plan: Plan,
  running: ReadonlyMap<string, NodeRun>,
  parts: {
    readonly compilers: Compilers
    readonly connections: Connections
    /** Nodes that may have changed; all where it is not known. */
    readonly among: readonly PlannedNode[] | undefined
  },
): Change {
  const started: string[] = []
  const restarted: string[] = []
  const newcomers: Newcomer[] = []
  const leaving: NodeRun[] = []
  for (const planned of parts.among ?? plan.nodes) {
    const run = running.get(planned.id)
    if (run !== undefined && isUnchanged(run, planned, plan, parts.connections)) continue
    newcomers.push({ planned, config: resolve(planned, plan, parts) })
    if (run === undefined) started.push(planned.id)
    else {
      restarted.push(planned.id)
      leaving.push(run)
    }
  }
  // As many as before and none of them new: then none is missing, and nobody has to be looked for.
  const hasRemoved = running.size > plan.nodes.length - started.length
  const removed = hasRemoved ? [...running.values()].filter((run) => !plan.byId.has(run.id)) : []
  leaving.push(...removed)
  const report = { started, restarted, removed: removed.map(({ id }) => id) }
  return { plan, newcomers, leaving, report }
}

function isUnchanged(
  run: NodeRun,
  planned: PlannedNode,
  plan: Plan,
  connections: Connections,
): boolean {
  const before = run.planned
  return (
    before.type === planned.type &&
    isEqual(before.document.config, planned.document.config) &&
    isEqual(before.secrets, planned.secrets) &&
    (run.connections.length === 0 ||
      !run.connections.some((id) => connections.hasChanged(id, plan)))
  )
}

function resolve(
  planned: PlannedNode,
  plan: Plan,
  { compilers, connections }: { readonly compilers: Compilers; readonly connections: Connections },
): ResolvedConfig {
  const { descriptor, document, secrets, id } = planned
  const config = resolveConfig(descriptor.fields, document.config, { compilers, secrets, node: id })
  connections.check(config.holes, plan, id)
  return config
}

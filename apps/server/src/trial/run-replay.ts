import { join } from 'node:path'
import type { ReplayResult } from '@millrace/protocol'
import type { IngestRecord } from '@millrace/engine'
import type { ConnectionDocument, DescriptorsByType, Flow } from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { outputPorts } from '@millrace/sdk/descriptor'
import { RunComparison } from './compare-runs.ts'
import { toPlain } from './plain-message.ts'
import { recordsOf } from './recording.ts'
import type { Stretch } from './recording.ts'
import { makeStage } from './stage.ts'
import { Trial } from './trial.ts'

export interface ReplayRequest {
  /** What runs now, and what shall run; without the first there is nothing to compare with. */
  readonly deployed: Flow | undefined
  readonly edited: Flow
  readonly connections: readonly ConnectionDocument[]
  /** The folder in which the flow's ingest logs lie. */
  readonly folder: string
  readonly sources: readonly string[]
  readonly stretch: Stretch
}

export interface ReplayParts {
  readonly descriptors: DescriptorsByType
  readonly installed: ReadonlyMap<string, NodeType>
  readonly nextTurn: () => Promise<void>
  /** From 0 to 1. */
  readonly onProgress: (done: number) => void
}

/** So many records are given before others get their turn. */
const turnRecords = 64
const recordsMax = 5_000_000

/** Runs recorded input through both flows, sinks muted, and says where they differ. */
export async function runReplay(request: ReplayRequest, parts: ReplayParts): Promise<ReplayResult> {
  const { deployed, edited } = request
  const comparison = new RunComparison()
  const share = deployed === undefined ? 1 : 0.5
  const before =
    deployed &&
    (await runOne(
      deployed,
      { ...request, side: 'deployed', comparison },
      {
        ...parts,
        onProgress: (done) => parts.onProgress(done * share),
      },
    ))
  const after = await runOne(
    edited,
    { ...request, side: 'edited', comparison },
    {
      ...parts,
      onProgress: (done) => parts.onProgress(1 - share + done * share),
    },
  )
  return {
    records: after.records,
    hasDeployed: deployed !== undefined,
    places: comparison.result(),
    notes: [...new Set([...(before?.notes ?? []), ...after.notes])],
  }
}

interface OneRun extends ReplayRequest {
  readonly side: 'deployed' | 'edited'
  readonly comparison: RunComparison
}

async function runOne(
  flow: Flow,
  run: OneRun,
  { descriptors, installed, nextTurn, onProgress }: ReplayParts,
): Promise<{ readonly records: number; readonly notes: readonly string[] }> {
  const { side, comparison, sources, stretch } = run
  const replayed = new Set(sources)
  const seen = openEnds(flow, descriptors)
  const stage = makeStage(
    flow,
    { given: [], seen, answers: {}, replayed },
    {
      descriptors,
      installed,
      onSeen: (node, port, message) =>
        comparison.add(side, { node, port, message: toPlain(message) }),
    },
  )
  const { connections } = run
  const trial = new Trial({ stage, startMs: stretch.fromMs, nextTurn, connections })
  await trial.start()
  const silent = new Set<string>()
  let records = 0
  for (const { node, record } of inOrder(run)) {
    if (!trial.replay(node, record.bytes, record.takenAt)) silent.add(node)
    records += 1
    if (records >= recordsMax) break
    if (records % turnRecords > 0) continue
    // oxlint-disable-next-line no-await-in-loop -- in the order in which it was recorded
    await trial.settle()
    onProgress(progressAt(record.takenAt, stretch))
  }
  await trial.wait(Math.max(0, stretch.toMs - trial.nowMs))
  const notes = [
    ...[...silent].map(
      (node) => `${node}: takes nothing from its log as it is set in the ${side} flow`,
    ),
    ...stage.muted.map((node) => `${node}: kept from reaching outside`),
    ...trial.notes(),
  ]
  await trial.stop()
  return { records, notes }
}

function progressAt(takenAt: number, { fromMs, toMs }: Stretch): number {
  return toMs <= fromMs ? 1 : Math.min(1, Math.max(0, (takenAt - fromMs) / (toMs - fromMs)))
}

/** Outputs of operators at which a flow ends without a sink, such as those of alerts. */
function openEnds(flow: Flow, descriptors: DescriptorsByType) {
  const wired = new Set(flow.wires.map(({ from }) => `${from.node}:${from.port}`))
  return flow.nodes.flatMap((node) => {
    const descriptor = descriptors.get(node.type)
    if (descriptor?.kind !== 'operator' || node.isDisabled === true) return []
    return outputPorts(descriptor, node.config)
      .filter(({ name }) => !wired.has(`${node.id}:${name}`))
      .map(({ name }) => ({ node: node.id, port: name }))
  })
}

interface Next {
  readonly node: string
  readonly record: IngestRecord
  readonly rest: Generator<IngestRecord>
}

/** The records of several logs, in the order in which they were taken in. */
function* inOrder({ folder, sources, stretch }: ReplayRequest): Generator<Omit<Next, 'rest'>> {
  const heads: Next[] = []
  const advance = (node: string, rest: Generator<IngestRecord>): void => {
    const { value, done } = rest.next()
    if (done !== true) heads.push({ node, record: value, rest })
  }
  for (const node of sources) advance(node, recordsOf(join(folder, node), stretch))
  while (heads.length > 0) {
    let first = 0
    for (const [index, head] of heads.entries()) {
      if (head.record.takenAt < (heads[first]?.record.takenAt ?? Infinity)) first = index
    }
    const [head] = heads.splice(first, 1)
    if (head === undefined) return
    yield head
    advance(head.node, head.rest)
  }
}

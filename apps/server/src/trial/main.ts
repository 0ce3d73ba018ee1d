import { loadNodeTypes } from '@millrace/catalog'
import type { DescriptorsByType } from '@millrace/flow'
import { runCase } from './run-case.ts'
import { runReplay } from './run-replay.ts'
import { typesToLoad } from './stage.ts'
import type { TrialCommand, TrialEvent, TrialSubject } from './trial-messages.ts'

/**
 * The entry of a process in which a flow is tried out. Code of flows runs here, so the process may
 * be killed at any moment without harm to anybody.
 */
function main(): void {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
  process.on('message', (command: TrialCommand) => {
    obey(command).then(
      () => tell({ kind: 'done' }),
      (error: unknown) => tell({ kind: 'failed', message: sentenceOf(error) }),
    )
  })
  process.on('uncaughtException', (error) => {
    tell({ kind: 'failed', message: sentenceOf(error) }, () => process.exit(1))
  })
}

async function obey(command: TrialCommand): Promise<void> {
  if (command.kind === 'replay') await replay(command)
  else await runCases(command)
}

async function runCases({
  subject,
  cases,
}: Extract<TrialCommand, { kind: 'cases' }>): Promise<void> {
  const parts = await partsOf(subject, typesToLoad(subject.flow, descriptorsOf(subject)))
  for (const test of cases) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each has its time
    tell({ kind: 'result', result: await runCase(test, parts) })
  }
}

/** How often the progress is told. */
const tellEveryMs = 100

async function replay({
  subject,
  request,
}: Extract<TrialCommand, { kind: 'replay' }>): Promise<void> {
  const descriptors = descriptorsOf(subject)
  const sources = new Set(request.sources)
  const flows = request.deployed ? [request.deployed, request.edited] : [request.edited]
  const types = new Set(flows.flatMap((flow) => typesToLoad(flow, descriptors, sources)))
  const parts = await partsOf(subject, [...types])
  let toldMs = 0
  const onProgress = (done: number): void => {
    const nowMs = performance.now()
    if (nowMs - toldMs < tellEveryMs) return
    toldMs = nowMs
    tell({ kind: 'progress', done })
  }
  tell({ kind: 'replayed', result: await runReplay(request, { ...parts, onProgress }) })
}

function descriptorsOf({ descriptors }: TrialSubject): DescriptorsByType {
  return new Map(descriptors.map((descriptor) => [descriptor.type, descriptor]))
}

async function partsOf(subject: TrialSubject, types: readonly string[]) {
  const { flow, nodePackages } = subject
  const installed = await loadNodeTypes(types, nodePackages)
  return {
    flow,
    descriptors: descriptorsOf(subject),
    installed,
    nextTurn: () => new Promise<void>((resolve) => setImmediate(resolve)),
    monotonic: () => performance.now(),
  }
}

function tell(event: TrialEvent, done: () => void = () => undefined): void {
  if (process.connected && process.send !== undefined) process.send(event, undefined, {}, done)
  else done()
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

main()

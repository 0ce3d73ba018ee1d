import { loadNodeTypes } from '@millrace/catalog'
import { runCase } from './run-case.ts'
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

async function obey({ subject, cases }: TrialCommand): Promise<void> {
  const parts = await partsOf(subject)
  for (const test of cases) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each has its time
    tell({ kind: 'result', result: await runCase(test, parts) })
  }
}

async function partsOf({ flow, descriptors: list, nodePackages }: TrialSubject) {
  const descriptors = new Map(list.map((descriptor) => [descriptor.type, descriptor]))
  const installed = await loadNodeTypes(typesToLoad(flow, descriptors), nodePackages)
  return {
    flow,
    descriptors,
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

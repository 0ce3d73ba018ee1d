import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { Broker, type BrokerOptions } from './broker.ts'

export interface BrokerWorkerData extends Omit<BrokerOptions, 'now'> {
  readonly isSimulating: boolean
  readonly restAfterMs: number
}

export type BrokerCommand =
  | { readonly kind: 'simulate'; readonly isSimulating: boolean }
  | { readonly kind: 'close' }

export type BrokerEvent =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly message: string }
  /** Nobody has been connected for a while. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'closed' }

/** What clients leave behind here (queues of absent sessions) has no other bound. */
const memoryMaxBytes = 160 * 2 ** 20
const checksPerRest = 4

/** The entry of the broker's thread: stalls of the server shall not cost anybody their keepalive. */
async function main(): Promise<void> {
  // Handed over by `BrokerThread`, the only one that starts this file.
  const { restAfterMs, isSimulating, ...options } = workerData as BrokerWorkerData
  const broker = await Broker.open({ ...options, now: () => Date.now() })
  await broker.listen()
  broker.simulate(isSimulating)
  parentPort?.on('message', (command: BrokerCommand) => {
    if (command.kind === 'simulate') broker.simulate(command.isSimulating)
    else void broker.close().then(() => post({ kind: 'closed' }))
  })
  let idleChecks = 0
  setInterval(() => {
    if (bytesUsed() > memoryMaxBytes) process.exit(1)
    idleChecks = broker.isIdle ? idleChecks + 1 : 0
    if (idleChecks === checksPerRest) post({ kind: 'idle' })
  }, restAfterMs / checksPerRest)
  post({ kind: 'open' })
}

function bytesUsed(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

function post(event: BrokerEvent): void {
  parentPort?.postMessage(event)
}

main().catch((error: unknown) => {
  post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
})

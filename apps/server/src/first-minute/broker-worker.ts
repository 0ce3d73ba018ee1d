import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { Broker, type BrokerOptions } from './broker.ts'

export type BrokerWorkerData = Omit<BrokerOptions, 'now'>

export type BrokerCommand =
  | { readonly kind: 'simulate'; readonly isSimulating: boolean }
  | { readonly kind: 'close' }

export type BrokerEvent =
  | { readonly kind: 'open'; readonly mqttPort: number; readonly wsPort: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' }

/** What clients leave behind here (queues of absent sessions) has no other bound. */
const memoryMaxBytes = 160 * 2 ** 20
const memoryCheckMs = 5_000

/** The entry of the broker's thread: stalls of the server shall not cost anybody their keepalive. */
async function main(): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('This file is the entry of a worker thread.')
  const post = (event: BrokerEvent): void => port.postMessage(event)
  // Handed over by `openEmbeddedBroker`, the only one that starts this file.
  const options = workerData as BrokerWorkerData
  const broker = await Broker.open({ ...options, now: () => Date.now() })
  const ports = await broker.listen()
  port.on('message', (command: BrokerCommand) => {
    if (command.kind === 'simulate') broker.simulate(command.isSimulating)
    else void broker.close().then(() => post({ kind: 'closed' }))
  })
  setInterval(() => {
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
    if (heap + external > memoryMaxBytes) process.exit(1)
  }, memoryCheckMs).unref()
  post({ kind: 'open', ...ports })
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  parentPort?.postMessage({ kind: 'failed', message } satisfies BrokerEvent)
})

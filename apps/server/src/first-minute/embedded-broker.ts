import { Worker } from 'node:worker_threads'
import type { BrokerCommand, BrokerEvent, BrokerWorkerData } from './broker-worker.ts'

export interface EmbeddedBrokerOptions {
  readonly host?: string
  /** Wanted ports, 1883 and 9001 when absent; another is taken where one is in use. */
  readonly mqttPort?: number
  readonly wsPort?: number
  readonly seed?: number
  /** Told when the broker's thread had to be started again. */
  readonly onRestart?: (reason: string) => void
}

/** The broker that comes with the server, in a thread of its own. */
export interface EmbeddedBroker {
  readonly mqttPort: number
  /** Such as `mqtt://127.0.0.1:1883`. */
  readonly brokerUrl: string
  /** Such as `ws://127.0.0.1:9001/mqtt`. */
  readonly brokerWsUrl: string
  /** Whether the simulated plant publishes while somebody listens; it does from the start. */
  simulate(isSimulating: boolean): void
  close(): Promise<void>
}

const restartDelayMs = 1_000
const closeWithinMs = 2_000

/** Settles when the broker takes connections; rejects when it cannot. */
export async function openEmbeddedBroker(
  options: EmbeddedBrokerOptions = {},
): Promise<EmbeddedBroker> {
  const keeper = new BrokerKeeper(options)
  const { mqttPort, wsPort } = await keeper.open()
  const host = options.host ?? '127.0.0.1'
  return {
    mqttPort,
    brokerUrl: `mqtt://${host}:${mqttPort}`,
    brokerWsUrl: `ws://${host}:${wsPort}/mqtt`,
    simulate: (isSimulating) => keeper.simulate(isSimulating),
    close: () => keeper.close(),
  }
}

type Ports = Pick<BrokerWorkerData, 'mqttPort' | 'wsPort'>

/** Keeps the thread there; one that ended is started again on the same ports. */
class BrokerKeeper {
  private readonly options: EmbeddedBrokerOptions
  private ports: Ports
  private worker: Worker | undefined
  private restart: NodeJS.Timeout | undefined
  private isSimulating = true
  private isClosing = false

  constructor(options: EmbeddedBrokerOptions) {
    this.options = options
    this.ports = { mqttPort: options.mqttPort ?? 1883, wsPort: options.wsPort ?? 9001 }
  }

  async open(): Promise<Ports> {
    const { promise, resolve, reject } = Promise.withResolvers<Ports>()
    let lastError = ''
    const worker = startWorker(this.options, this.ports)
    this.worker = worker
    worker.on('error', (error: unknown) => (lastError = String(error)))
    worker.on('message', (event: BrokerEvent) => {
      if (event.kind === 'open') resolve({ mqttPort: event.mqttPort, wsPort: event.wsPort })
      else if (event.kind === 'failed') lastError = event.message
      if (event.kind !== 'open') void worker.terminate()
    })
    worker.on('exit', () => {
      reject(new Error(`The embedded broker cannot start: ${lastError}`))
      if (this.worker === worker) this.onExit(lastError)
    })
    this.ports = await promise
    this.simulate(this.isSimulating)
    return this.ports
  }

  simulate(isSimulating: boolean): void {
    this.isSimulating = isSimulating
    this.tell({ kind: 'simulate', isSimulating })
  }

  async close(): Promise<void> {
    this.isClosing = true
    clearTimeout(this.restart)
    const { worker } = this
    if (worker === undefined) return
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    const limit = setTimeout(() => void worker.terminate(), closeWithinMs)
    this.tell({ kind: 'close' })
    await exited
    clearTimeout(limit)
  }

  private tell(command: BrokerCommand): void {
    this.worker?.postMessage(command)
  }

  private onExit(reason: string): void {
    this.worker = undefined
    if (this.isClosing) return
    this.options.onRestart?.(reason === '' ? 'It needed too much memory.' : reason)
    this.restart = setTimeout(() => {
      // When it fails its exit leads here again.
      this.open().catch(() => undefined)
    }, restartDelayMs)
  }
}

function startWorker(options: EmbeddedBrokerOptions, ports: Ports): Worker {
  const data: BrokerWorkerData = {
    host: options.host ?? '127.0.0.1',
    seed: options.seed ?? 1,
    ...ports,
  }
  return new Worker(new URL('./broker-worker.ts', import.meta.url), {
    name: 'broker',
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
  })
}

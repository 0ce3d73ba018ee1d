import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { openCatalog } from '@millrace/catalog'
import type { ConnectionDocument, Flow } from '@millrace/flow'

/** An engine process as the server starts it, but without a server that judges how often it ends. */
export interface Engine {
  /** Where flows answer HTTP. */
  httpUrl(): Promise<string>
  /** Settles when a flow ended by itself. */
  flowEnded(): Promise<void>
  /** Settles when the flow runs; rejects when it does not, or the process was killed meanwhile. */
  deploy(flow: Flow, connections: readonly ConnectionDocument[]): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Stops it in the midst of whatever it does, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Lets the flow drain, and ends it. */
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../../apps/server/src/engine-process/main.ts', import.meta.url))
const manifest = new URL('../../apps/server/package.json', import.meta.url).href
const cache = fileURLToPath(new URL('../../node_modules/.cache/millrace', import.meta.url))

export interface EngineOptions {
  /** Runs this flow instead of the usual one. */
  readonly flow?: Flow
  /** A file with how far its clock is ahead, in milliseconds. */
  readonly clockFile?: string
  /** A flow is stopped when it does not come back within this time. */
  readonly stuckMs?: number
}

interface Answer {
  readonly kind: string
  readonly id?: number
  readonly message?: string
  readonly httpUrl?: string
}

let packages: Promise<readonly string[]> | undefined

export async function startEngine(
  userDirectory: string,
  { clockFile, stuckMs = 20_000 }: EngineOptions = {},
): Promise<Engine> {
  packages ??= openCatalog({ manifest }).then(({ nodePackages }) => nodePackages)
  const child = fork(main, {
    execArgv: [
      '--max-semi-space-size=4',
      '--no-memory-protection-keys',
      ...clockArguments(clockFile),
    ],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: cache,
      MILLRACE_FILES: join(userDirectory, 'files'),
      MILLRACE_STORE: join(userDirectory, 'store'),
      FAULTS_CLOCK: clockFile ?? '',
    },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const calls = new Calls(child)
  const durable = { state: join(userDirectory, 'state'), intake: join(userDirectory, 'intake') }
  const settings = {
    http: { host: '127.0.0.1', port: 0 },
    nodePackages: await packages,
    flowHeapMb: 512,
    processMemoryMb: 2_048,
    stuckMs,
    silentMs: 30_000,
    terminateMs: 1_000,
    durable,
  }
  child.send({ kind: 'open', settings })
  return {
    httpUrl: () => calls.httpUrl,
    flowEnded: () => calls.flowEnded(),
    deploy: async (flow, connections) => {
      const json = JSON.stringify({ flow, connections, secrets: {} })
      const watched = { isWatched: false, debugNodes: [], taps: [] }
      const spec = { kind: 'whole', json }
      await calls.ask({ kind: 'deploy', flow: flow.name, spec, watched })
    },
    kill: async () => {
      child.kill('SIGKILL')
      await calls.ended
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop: async () => {
      await calls.ask({ kind: 'close', drainMs: 5_000 }).catch(() => undefined)
      child.kill('SIGKILL')
      await calls.ended
    },
  }
}

/** The clock of all its threads is ahead by as much as the file says at the moment. */
function clockArguments(clockFile: string | undefined): readonly string[] {
  if (clockFile === undefined) return []
  return ['--import', new URL('./stepped-clock.ts', import.meta.url).href]
}

/** Asks the process, and hears its answers. */
class Calls {
  readonly ended: Promise<void>
  private readonly child: ChildProcess
  private readonly open = new Map<number, PromiseWithResolvers<void>>()
  private readonly isOpen = Promise.withResolvers<string>()
  private end = Promise.withResolvers<void>()
  private made = 0

  constructor(child: ChildProcess) {
    this.child = child
    this.isOpen.promise.catch(() => undefined)
    this.ended = new Promise((resolve) => {
      child.once('exit', () => {
        const gone = new Error('The engine process is gone.')
        for (const call of this.open.values()) call.reject(gone)
        this.isOpen.reject(gone)
        resolve()
      })
    })
    child.on('message', (answer: Answer) => this.hear(answer))
  }

  get httpUrl(): Promise<string> {
    return this.isOpen.promise
  }

  flowEnded(): Promise<void> {
    return this.end.promise
  }

  async ask(command: object): Promise<void> {
    await this.isOpen.promise
    this.made += 1
    const call = Promise.withResolvers<void>()
    this.open.set(this.made, call)
    this.child.send({ ...command, id: this.made }, () => undefined)
    return call.promise
  }

  private hear({ kind, id = 0, message, httpUrl = '' }: Answer): void {
    if (kind === 'open') this.isOpen.resolve(httpUrl)
    if (kind === 'ended') {
      this.end.resolve()
      this.end = Promise.withResolvers()
    }
    if (kind === 'done') this.open.get(id)?.resolve()
    if (kind === 'refused') this.open.get(id)?.reject(new Error(`Refused: ${message}`))
  }
}

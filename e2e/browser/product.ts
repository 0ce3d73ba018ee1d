import { readdir, readFile } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild, until, type Child } from '@millrace/services'
import type { Bundle, ConnectionDocument, Flow } from '@millrace/flow'
import type { DeployResult, SavedFlow, ServerStatus } from '@millrace/protocol'

export interface ProductOptions {
  /** Opens with the demo flow, its broker and its simulated sensors. */
  readonly hasDemo?: boolean
  /** Where flows answer HTTP; any free port when absent. */
  readonly flowPort?: number
}

/** A running server, as `npm start` starts it, with a user directory of its own. */
export interface Product {
  readonly url: string
  readonly userDirectory: string
  readonly api: Api
  /** The last lines of its output. */
  log(): string
  /** The processes that it started itself: the one in which flows run. */
  engineProcesses(): Promise<readonly number[]>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Ends it as Ctrl+C would. */
  end(): Promise<void>
  /** Starts it again on the same directory and at the same address. */
  start(): Promise<void>
  /** Ends it for good and removes its directory. */
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url))
const startLimitMs = 30_000

export async function startProduct({
  hasDemo = false,
  flowPort = 0,
}: ProductOptions = {}): Promise<Product> {
  const userDirectory = await mkdtemp(join(tmpdir(), 'millrace-user-'))
  const options = [
    '--user-dir',
    userDirectory,
    '--flow-port',
    String(flowPort),
    '--broker-port',
    '0',
  ]
  const start = async (port: string) => {
    const args = [main, 'start', '--port', port, ...options, ...(hasDemo ? [] : ['--no-demo'])]
    const started = await startChild(process.execPath, args)
    return { child: started, url: await addressOf(started) }
  }
  let { child, url } = await start('0')
  return {
    url,
    userDirectory,
    api: apiOf(url),
    log: () => child.log(),
    engineProcesses: () => childrenOf(child.pid),
    kill: () => child.kill(),
    end: () => child.stop(),
    async start() {
      ;({ child, url } = await start(new URL(url).port))
    },
    async stop() {
      await child.stop()
      await rm(userDirectory, { recursive: true, force: true })
    },
  }
}

async function addressOf(child: Child): Promise<string> {
  const address = () => /Millrace is at (http:\S+)/.exec(child.log())?.[1]
  try {
    await until(() => !child.isRunning() || address() !== undefined, {
      timeoutMs: startLimitMs,
      what: 'the address of the server',
    })
  } catch (cause) {
    await child.kill()
    throw new Error(`The server did not start: ${child.log()}`, { cause })
  }
  const url = address()
  if (url === undefined) throw new Error(`The server ended at once: ${child.log()}`)
  return url
}

/** By the process table of Linux; elsewhere none. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    threads.map((id) => readFile(`/proc/${pid}/task/${id}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}

export interface Api {
  ask(method: string, path: string, body?: unknown): Promise<unknown>
  status(): Promise<ServerStatus>
  flow(name: string): Promise<SavedFlow>
  /** Saves a flow, new or not, and deploys it. */
  deploy(flow: Flow): Promise<DeployResult>
  connect(connection: ConnectionDocument): Promise<void>
  exported(): Promise<Bundle>
}

/** The server's HTTP API; its answers have the types that the protocol gives them. */
function apiOf(url: string): Api {
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
  return {
    ask,
    status: async () => (await ask('GET', '/status')) as ServerStatus,
    flow: async (name) => (await ask('GET', `/flows/${name}`)) as SavedFlow,
    async deploy(flow) {
      await ask('POST', '/flows', { name: flow.name, title: flow.title })
      await ask('PUT', `/flows/${flow.name}`, { flow })
      return (await ask('POST', `/flows/${flow.name}/deploy`, {})) as DeployResult
    },
    async connect(connection) {
      await ask('PUT', `/connections/${connection.id}`, connection)
    },
    exported: async () => (await ask('GET', '/export')) as Bundle,
  }
}

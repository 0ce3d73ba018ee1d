import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { openCatalog } from '@millrace/catalog'
import type { Catalog } from '@millrace/catalog'
import { flowGuarantee } from '@millrace/flow'
import type { DeliveryReason, Flow } from '@millrace/flow'
import { freePorts, until } from '@millrace/services'
import type { TestStep } from '@millrace/sdk'
import { type Product, startProduct } from '../../browser/product.ts'
import type { Connector, OperatorUnderTest, Peer, Secrets, Setup, Watching } from './connector.ts'
import type { Feed } from './feed.ts'
import { connectionOf, errorsFile, nodeSecrets, peerId, resultsFile } from './flows.ts'
import { openLive } from './live.ts'
import { numberIn } from './seen-numbers.ts'
import type { Live } from './live.ts'

/** The whole product on a directory of its own, with the server under test beside it. */
export interface Stage {
  readonly connector: Connector
  readonly product: Product
  readonly peer: Peer
  readonly live: Live
  readonly catalog: Catalog
  /** A name for a flow and for what it reads or writes, used by nobody else. */
  newPlace(): string
  /** Looks at what the sink under test writes, or at what the operator under test passes on. */
  watch(place: string, feed: Feed): Promise<Watching>
  /** Saves the connection with its secrets; without a setup, as it should be. */
  connect(change?: Partial<Setup>): Promise<void>
  testConnection(): Promise<readonly TestStep[]>
  /** Deploys a flow and looks at it. */
  deploy(flow: Flow, ports?: readonly string[]): Promise<void>
  stop(flow: Flow): Promise<void>
  /** Where the node under test falls short of exactly once, as its descriptor says. */
  shortcomings(flow: Flow): readonly DeliveryReason[]
  flowUrl(): Promise<string>
  /** What a flow wrote of its source's payloads. */
  results(place: string): Promise<readonly unknown[]>
  /** What the node under test could not handle. */
  errors(place: string): Promise<readonly ErrorLine[]>
  /** Kills the processes in which flows run; the product starts them again. */
  killEngine(): Promise<void>
  isRunning(flow: Flow): Promise<boolean>
  close(): Promise<void>
}

export interface ErrorLine {
  readonly payload: unknown
  readonly error: { readonly code: string; readonly message: string; readonly node: string }
}

const manifest = createRequire(import.meta.url).resolve('../../../apps/server/package.json')
let opened = 0

export async function openStage(connector: Connector): Promise<Stage> {
  const closing: (() => Promise<unknown> | void)[] = []
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- in the opposite order of opening
      await end()
    }
  }
  try {
    return await open(connector, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  connector: Connector,
  closing: (() => Promise<unknown> | void)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const [flowPort = 0] = await freePorts(1)
  const product = await startProduct({ flowPort })
  closing.push(() => product.stop())
  const files = join(product.userDirectory, 'files')
  const flowUrl = () => Promise.resolve(`http://127.0.0.1:${flowPort}`)
  const store = join(product.userDirectory, 'store')
  const peer = await connector.open({ flowUrl, files, store })
  closing.push(() => peer.server?.stop())
  closing.push(() => peer.close?.())
  const live = await openLive(product.url)
  closing.push(() => live.close())
  const catalog = await openCatalog({ manifest: new URL(`file://${manifest}`).href })
  opened += 1
  const deployed = new Set<string>()
  let places = 0
  const setup = peer.connection
  const documents = connectionOf(connector, setup)
  const { api } = product
  return {
    connector,
    product,
    peer,
    live,
    catalog,
    flowUrl,
    close,
    async watch(place, feed) {
      if (peer.sink !== undefined) return peer.sink.watch(place, feed)
      const { operator } = peer
      if (operator === undefined) throw new Error('The connector says nothing of its sink.')
      await operator.prepare?.(place)
      return { numbers: () => answersOf(operator, { place, files }) }
    },
    newPlace: () => `place-${opened}-${(places += 1)}`,
    async connect(change = {}) {
      const { config = {}, secrets = {} } = setup ?? {}
      const changed = { config: { ...config, ...change.config } }
      const [document] = connectionOf(connector, changed)
      if (document === undefined) return
      await api.connect(document)
      await keep(product, { [`connection/${peerId}`]: { ...secrets, ...change.secrets } })
    },
    async testConnection() {
      const answer = await api.ask('POST', `/connections/${peerId}/test`, {})
      // The API's own type.
      return (answer as { readonly steps: readonly TestStep[] }).steps
    },
    async deploy(flow, ports) {
      live.forget()
      await keep(product, nodeSecrets(connector, peer, flow))
      if (deployed.has(flow.name)) await api.ask('POST', `/flows/${flow.name}/deploy`, {})
      else await api.deploy(flow)
      deployed.add(flow.name)
      await live.watch(flow.name, ports)
    },
    async stop(flow) {
      await api.ask('POST', `/flows/${flow.name}/stop`)
    },
    shortcomings(flow) {
      const guarantee = flowGuarantee(flow, {
        nodeTypes: catalog.descriptors,
        connections: new Map(documents.map((document) => [document.id, document])),
      })
      return (guarantee?.reasons ?? []).filter(({ node }) => node === 'under-test')
    },
    results: (place) => linesOf(join(files, resultsFile(place))),
    errors: async (place) => (await linesOf(join(files, errorsFile(place)))) as ErrorLine[],
    async killEngine() {
      const processes = await product.engineProcesses()
      for (const id of processes) process.kill(id, 'SIGKILL')
      await until(async () => {
        const now = await product.engineProcesses()
        return now.length > 0 && now.every((id) => !processes.includes(id))
      })
    },
    isRunning: async (flow) => (await api.flow(flow.name)).deployment.state === 'running',
  }
}

async function keep({ api }: Product, owners: Readonly<Record<string, Secrets>>): Promise<void> {
  for (const [owner, secrets] of Object.entries(owners)) {
    for (const [field, value] of Object.entries(secrets)) {
      // oxlint-disable-next-line no-await-in-loop -- a few
      await api.ask('PUT', '/secrets', { owner, field, value })
    }
  }
}

/** A question that was refused is one that was dealt with. */
async function answersOf(
  operator: OperatorUnderTest,
  { place, files }: { readonly place: string; readonly files: string },
): Promise<readonly number[]> {
  const answers = await linesOf(join(files, resultsFile(place)))
  const refused = (await linesOf(join(files, errorsFile(place)))) as readonly ErrorLine[]
  const asked = refused.map(({ payload }) => numberIn(JSON.stringify(payload)))
  return [...answers.map((answer) => operator.numberIn(answer)), ...asked].filter(
    (n) => n !== undefined,
  )
}

/** Lines of JSON; the last one may just be being written. */
async function linesOf(path: string): Promise<readonly unknown[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as unknown)
}

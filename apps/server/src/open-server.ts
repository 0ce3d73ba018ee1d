import type { Server as HttpServer } from 'node:http'
import type { DescriptorsByType, Flow } from '@millrace/flow'
import type { Clock } from '@millrace/sdk'
import { Deployments } from './deploy/deployments.ts'
import { likelyTypes } from './deploy/likely-types.ts'
import { SavedFlows } from './flows/saved-flows.ts'
import { createApp } from './http/app.ts'
import { loopbackHosts } from './http/guard/host.ts'
import type { OriginRules } from './http/guard/host.ts'
import { allRoutes } from './http/routes/all-routes.ts'
import { answerOwnNetworks } from './engine-process/http/own-networks.ts'
import { nodeHttp } from './engine-process/http/node-http.ts'
import { LiveChannel } from './live/live-channel.ts'
import { AlertBook } from './observe/alert-book.ts'
import { AlertFile } from './observe/alert-file.ts'
import { PointHistory } from './observe/point-history.ts'
import type { Server } from './server-parts.ts'
import { dataSourceRouter } from './stores/data-source-router.ts'
import { openStores } from './stores/open-stores.ts'
import { statusReader } from './status.ts'
import type { BrokerAddresses } from './status.ts'
import type { UserDirectory } from './storage/user-directory.ts'
import type { Supervisor } from './supervisor/supervisor.ts'
import type { TrialGround } from './trial/test-flow.ts'

export interface OpenServerOptions {
  readonly version: string
  readonly clock: Clock
  readonly directory: UserDirectory
  readonly nodeTypes: DescriptorsByType
  readonly supervisor: Supervisor
  readonly editorFolder: string
  readonly trials: TrialGround
  readonly broker?: () => BrokerAddresses
  /** What was found wrong before, in sentences; shown in the status. */
  readonly problems?: readonly string[]
  readonly onUnforeseen: (error: unknown) => void
  /** Names beside localhost by which the server may be called. */
  readonly hostNames?: readonly string[]
  /** Whether only the networks that this machine is part of are answered. */
  readonly isForOwnNetworks?: boolean
}

/** A server that answers once it listens. */
export interface OpenServer {
  readonly parts: Server
  /** Rejects where the port is taken. Gives the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>
  /** Takes no further requests, finishes those under way, and writes what is not written yet. */
  close(): Promise<void>
}

const requestWithinMs = 30_000
const headersWithinMs = 10_000
const closeWithinMs = 5_000

/** Puts the parts of a server together. The supervisor and the directory stay the caller's. */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const { directory, supervisor, clock, nodeTypes, onUnforeseen } = options
  const { flows: files, connections, secrets } = directory
  const saved = new SavedFlows({ files, connections, secrets, nodeTypes })
  await saved.open()
  const now = () => clock.now()
  const deployments = new Deployments({ directory, saved, nodeTypes, supervisor, now })
  const alerts = new AlertBook()
  const alertFile = new AlertFile(directory.files, directory.path, {
    book: alerts,
    onError: onUnforeseen,
  })
  await alertFile.open()
  const points = new PointHistory()
  const nameOf = (flow: string, node: string) => nodeName(deployments, flow, node)
  const kept = { folder: directory.durable.store, history: points, nameOf }
  const { stores, close: closeStores } = openStores({ ...options, ...kept, onError: onUnforeseen })
  supervisor.on('alerts', (flow, node, reports) => alerts.take(flow, node, reports))
  const problems = [...(options.problems ?? []), ...directory.problems]
  const status = statusReader({ ...options, broker: options.broker ?? (() => ({})), problems })
  let live: LiveChannel | null = null
  const parts: Server = {
    version: options.version,
    clock,
    nodeTypes,
    directory,
    saved,
    deployments,
    supervisor,
    alerts,
    points,
    stores,
    trials: options.trials,
    status,
    tellConnections: () => live?.tellConnections(),
  }
  const rules = { hosts: [...loopbackHosts, ...(options.hostNames ?? [])] }
  const http = httpOf(parts, rules, options)
  if (options.isForOwnNetworks === true) answerOwnNetworks(http)
  live = new LiveChannel({ server: parts, http, rules })
  deployments.onDeployed((flow) => retain(flow, parts, live))
  saved.onSaved((name, revision) => {
    if (revision !== null) {
      supervisor.prepare(name, likelyTypes(saved.get(name).flow, nodeTypes))
    }
  })
  const stopWatching = saved.watch()
  return {
    parts,
    listen: (address) => listen(http, address),
    close: async () => {
      stopWatching()
      await closeHttp(http, live)
      await saved.settle()
      await deployments.settle()
      await alertFile.close()
      await closeStores()
    },
  }
}

function httpOf(parts: Server, rules: OriginRules, options: OpenServerOptions): HttpServer {
  const { editorFolder, version, clock, onUnforeseen } = options
  const { reader } = parts.stores
  const dataSources = dataSourceRouter({ reader, version, now: () => clock.now() })
  const routes = allRoutes(parts)
  const app = createApp({ routes, rules, dataSources, editorFolder, onUnforeseen })
  return nodeHttp.createServer(
    { requestTimeout: requestWithinMs, headersTimeout: headersWithinMs },
    (request, response) => app(request, response),
  )
}

function nodeName(deployments: Deployments, flow: string, id: string): string {
  const running = deployments.runningFlows().find(({ name }) => name === flow)
  const node = running?.nodes.find((one) => one.id === id)
  const title = node?.config['title']
  return node?.name ?? (typeof title === 'string' && title !== '' ? title : id)
}

/** What was known of nodes that a deployment removed is forgotten. */
function retain(flow: Flow, { alerts, points, clock }: Server, live: LiveChannel | null): void {
  const nodes = new Set(flow.nodes.map((node) => node.id))
  alerts.retain(flow.name, nodes, clock.now())
  points.retain(flow.name, nodes)
  live?.retain(flow.name, nodes)
}

async function listen(
  http: HttpServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
  const address = http.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function closeHttp(http: HttpServer, live: LiveChannel | null): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    http.once('close', resolve)
  })
  const wasListening = http.listening
  const limit = setTimeout(() => http.closeAllConnections(), closeWithinMs)
  // Closing the channel closes the port too.
  await live?.close()
  http.closeIdleConnections()
  if (wasListening) await closed
  clearTimeout(limit)
}

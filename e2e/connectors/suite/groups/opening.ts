/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadNodeTypes, openCatalog } from '@millrace/catalog'
import { openDeployment } from '@millrace/engine'
import type { Deployment, DeploymentSpec, EngineHost } from '@millrace/engine'
import { plainGauges } from '@millrace/engine/testing'
import type { Flow } from '@millrace/flow'
import type { Status, Timer } from '@millrace/sdk'
import { realTime, testHttp } from '@millrace/sdk/testing'
import { until } from '@millrace/services'
import { expect, test, vi } from 'vitest'
import type { Connector, OperatorUnderTest, Peer } from '../connector.ts'
import { connectionOf, nodeSecrets, peerId, sinkFlow, sourceFlow } from '../flows.ts'
import { eventually } from '../patience.ts'

const limitMs = 60_000
const rounds = 4
const manifest = createRequire(import.meta.url).resolve('../../../../apps/server/package.json')

/** What was opened is closed: no socket and no timer is left. */
export function testOpening(connector: Connector): void {
  test(
    'opens and closes again and again, and leaves no socket and no timer',
    async () => {
      const files = await mkdtemp(join(tmpdir(), 'millrace-opening-'))
      vi.stubEnv('MILLRACE_FILES', files)
      const store = join(files, 'store')
      vi.stubEnv('MILLRACE_STORE', store)
      const flowUrl = () => Promise.reject(new Error('There is no product here.'))
      const peer = await connector.open({ flowUrl, files, store })
      try {
        await openAndClose(connector, peer)
      } finally {
        await peer.close?.()
        await peer.server?.stop()
        vi.unstubAllEnvs()
        await rm(files, { recursive: true, force: true })
      }
    },
    limitMs,
  )
}

async function openAndClose(connector: Connector, peer: Peer): Promise<void> {
  const build = [
    ...(connector.nodes.source === undefined ? [] : [sourceFlow]),
    ...((connector.nodes.sink ?? connector.nodes.operator) === undefined ? [] : [sinkFlow]),
  ]
  const flows = build.map((one, at) => one(connector, peer, { place: `opening-${at}` }))
  for (const [at] of flows.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await (peer.source ?? peer.operator)?.prepare?.(`opening-${at}`)
  }
  // The first time, modules are loaded and things are made that stay.
  for (const flow of flows) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await runOnce(connector, peer, flow)
  }
  const resources = openResources()
  for (const flow of Array.from({ length: rounds }, () => flows).flat()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const waiting = await runOnce(connector, peer, flow)
    // What a node puts off to the end of a turn may still be due.
    await eventually(() => expect(waiting(), 'timers left').toEqual([]), 2_000)
  }
  // Others come and go by one; what is left each time grows by as many as there were rounds.
  await eventually(() => {
    const now = Object.entries(openResources())
    const grown = now.filter(([kind, count]) => count - (resources[kind] ?? 0) >= rounds)
    expect(grown, 'left open').toEqual([])
  })
}

/** Runs a flow until its node stands; gives the timers it left, with where they were set. */
async function runOnce(
  connector: Connector,
  peer: Peer,
  flow: Flow,
): Promise<() => readonly object[]> {
  const { host, status, waiting } = await hostOf(flow, connector)
  const deployment = openDeployment(specOf(flow, connector, peer), host)
  await deployment.start()
  const [first] = flow.nodes
  if (first?.type === 'http/in' && connector.nodes.source !== 'http/in') {
    await passOne(deployment, host, { path: first.config['path'], bodyOf: peer.operator?.bodyOf })
  } else await settled(status)
  await deployment.stop({ drainMs: 5_000 })
  return waiting
}

/** Until it says that all is well; nodes that say nothing are up once they have started. */
async function settled(status: () => Status | undefined): Promise<void> {
  await until(() => status()?.state !== 'connecting')
}

async function passOne(
  deployment: Deployment,
  host: TestedHost,
  { path, bodyOf }: { readonly path: unknown; readonly bodyOf: OperatorUnderTest['bodyOf'] },
): Promise<void> {
  const json = JSON.stringify({ n: 1, at: 1_700_000_000_000 })
  const body = bodyOf?.(json) ?? Buffer.from(json)
  const headers = { 'content-type': 'application/json' }
  const id = host.http.request({ method: 'POST', path: String(path), body, headers })
  await until(() => host.http.responseTo(id) !== undefined, { what: 'an answer' })
  expect(host.http.responseTo(id)?.status).toBe(202)
  expect(deployment.counters().nodes.find(({ node }) => node === 'under-test')?.errors).toBe(0)
}

type TestedHost = EngineHost & { readonly http: ReturnType<typeof testHttp> }

async function hostOf(flow: Flow, { nodes }: Connector) {
  const { nodePackages } = await openCatalog({ manifest: new URL(`file://${manifest}`).href })
  const { connection } = nodes
  const types = [...flow.nodes.map(({ type }) => type), ...(connection ? [connection] : [])]
  const { clock, schedule } = realTime(globalThis)
  const timers = new Set<object>()
  let last: Status | undefined
  const host: TestedHost = {
    nodeTypes: await loadNodeTypes(new Set(types), nodePackages),
    clock,
    schedule: (delayMs, run) => counted(timers, (told) => schedule(delayMs, () => told(run))),
    http: testHttp(),
    log: () => undefined,
    status: (node, status) => {
      if (node === 'under-test') last = status
    },
    report: () => undefined,
    isWatched: () => false,
    gauges: plainGauges(),
  }
  return { host, status: () => last, waiting: () => [...timers] }
}

function counted(timers: Set<object>, schedule: (told: (run: () => void) => void) => Timer): Timer {
  const token = { scheduledAt: new Error('scheduled').stack }
  timers.add(token)
  const timer = schedule((run) => {
    timers.delete(token)
    run()
  })
  return {
    cancel: () => {
      timers.delete(token)
      timer.cancel()
    },
  }
}

function specOf(flow: Flow, connector: Connector, peer: Peer): DeploymentSpec {
  const { connection } = peer
  return {
    flow,
    connections: connectionOf(connector, connection),
    secrets: {
      [`connection/${peerId}`]: connection?.secrets ?? {},
      ...nodeSecrets(connector, peer, flow),
    },
  }
}

/** What keeps a process alive, by kind. */
function openResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) {
    if (/TCP|TLS|UDP|Pipe|Timeout|Worker|FSEvent|Stat|Process/.test(name)) {
      counts[name] = (counts[name] ?? 0) + 1
    }
  }
  return counts
}

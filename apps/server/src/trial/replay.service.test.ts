import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCatalog } from '@millrace/catalog'
import type { Flow, FlowNode } from '@millrace/flow'
import type { ReplayInfo } from '@millrace/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { supervisorWith } from '../supervisor/fixture.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { recordedSources } from './recording.ts'
import { ReplayBook } from './replay-book.ts'
import type { ReplayRequest } from './run-replay.ts'

const catalog = await openCatalog({
  manifest: new URL('../../package.json', import.meta.url).href,
})
const environment = { PATH: process.env['PATH'] ?? '' }

let folder = ''
let supervisor: Supervisor

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-replay-'))
  const durable = { state: join(folder, 'state'), intake: join(folder, 'intake') }
  supervisor = supervisorWith({ nodePackages: catalog.nodePackages, durable })
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
  rmSync(folder, { recursive: true })
})

/** Readings come by HTTP, and those over the limit reach a sink. */
function flow(limit: number, middle: Partial<FlowNode> = {}): Flow {
  const wire = (from: string, to: string) => ({
    from: { node: from, port: 'out' },
    to: { node: to, port: 'in' },
  })
  return {
    millrace: 1,
    name: 'readings',
    title: 'Readings',
    nodes: [
      { id: 'in', type: 'http/in', config: { path: '/readings' } },
      { id: 'hot', type: 'core/filter', config: { condition: `payload.t > ${limit}` }, ...middle },
      { id: 'out', type: 'core/debug', config: {} },
    ],
    wires: [wire('in', 'hot'), wire('hot', 'out')],
    layout: {},
  }
}

/** Lets the flow take in readings, and ends it. */
async function record(readings: readonly number[]): Promise<void> {
  await supervisor.deploy({ flow: flow(50), connections: [], secrets: {} }, 1)
  for (const t of readings) {
    // oxlint-disable-next-line no-await-in-loop -- the order is part of the recording
    const reply = await fetch(`${supervisor.flowHttpUrl()}/readings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ t }),
    })
    expect(reply.status).toBe(202)
  }
  await supervisor.stop('readings')
}

async function replayed(edited: Flow, some: Partial<ReplayRequest> = {}): Promise<ReplayInfo> {
  const book = new ReplayBook({
    nodePackages: catalog.nodePackages,
    environment,
    nodeTypes: catalog.descriptors,
  })
  const request: ReplayRequest = {
    deployed: flow(50),
    edited,
    connections: [],
    folder: join(folder, 'intake', 'readings'),
    sources: ['in'],
    stretch: { fromMs: 0, toMs: Date.now() },
    ...some,
  }
  const { number } = book.start('readings', request)
  await expect
    .poll(() => book.get('readings', number)?.state, { timeout: 10_000 })
    .not.toBe('running')
  const info = book.get('readings', number)
  if (info === undefined) throw new Error('The replay is gone.')
  return info
}

test('runs what was taken in through the edited flow, beside the deployed one', async () => {
  await record([40, 60, 80, 100])
  const [source] = recordedSources(join(folder, 'intake', 'readings'))
  expect(source).toMatchObject({ node: 'in', records: 4 })
  const { state, result } = await replayed(flow(70))
  expect(state).toBe('done')
  expect(result).toMatchObject({ records: 4, hasDeployed: true, notes: [] })
  const out = result?.places.find(({ node }) => node === 'out')
  expect(out).toMatchObject({ port: 'in', deployed: 3, edited: 2, same: 2, onlyEdited: [] })
  expect(out?.onlyDeployed).toMatchObject([{ payload: { t: 60 } }])
})

test('takes only the stretch that is asked for', async () => {
  await record([60, 60])
  const [source] = recordedSources(join(folder, 'intake', 'readings'))
  const before = { fromMs: 0, toMs: (source?.fromMs ?? 0) - 1 }
  const { result } = await replayed(flow(50), { stretch: before })
  expect(result).toMatchObject({ records: 0, places: [] })
})

test('shows messages that a node could not handle by its error port', async () => {
  await record([60])
  const broken = { type: 'core/function', config: { code: 'throw new Error("not yet")' } }
  const { result } = await replayed(flow(50, broken))
  const place = (node: string, port: string) =>
    result?.places.find((one) => one.node === node && one.port === port)
  expect(place('out', 'in')).toMatchObject({ deployed: 1, edited: 0 })
  expect(place('hot', 'error')).toMatchObject({
    deployed: 0,
    edited: 1,
    onlyEdited: [{ error: { message: expect.stringContaining('not yet') } }],
  })
})

test('is cancelled at once, even where the flow hangs', async () => {
  await record([60])
  const book = new ReplayBook({
    nodePackages: catalog.nodePackages,
    environment,
    nodeTypes: catalog.descriptors,
  })
  const loop = { type: 'core/function', config: { code: 'for (;;) {}' } }
  const { number } = book.start('readings', {
    deployed: undefined,
    edited: flow(50, loop),
    connections: [],
    folder: join(folder, 'intake', 'readings'),
    sources: ['in'],
    stretch: { fromMs: 0, toMs: Date.now() },
  })
  expect(book.isBusy).toBe(true)
  expect(book.cancel('another', number)).toBe(false)
  expect(book.cancel('readings', number)).toBe(true)
  await expect.poll(() => book.get('readings', number)?.state).toBe('cancelled')
  expect(book.isBusy).toBe(false)
})

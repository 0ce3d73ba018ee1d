/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Connector, PeerServer } from '../connector.ts'
import { openFeed } from '../feed.ts'
import { inRow, sinkFlow } from '../flows.ts'
import { residentMb } from '../memory.ts'
import { judge, range } from '../numbers.ts'
import { eventually } from '../patience.ts'
import { openSlowDatabase } from '../slow-database.ts'
import type { Stage } from '../stage.ts'
import { testIf } from '../test-if.ts'

const limitMs = 150_000
const padBytes = 2_000
/** More than any bound of a node in the flow. */
const writtenMax = 6_000
const perWrite = 1_000
const pressedForMs = 2_000
/** What a process may grow by for reasons of its own, such as a garbage collection put off. */
const growthMbMax = 100

/** Where something is slow the source waits, and memory stays as it is. */
export function testPressure({ nodes, leavesOut = {} }: Connector, stage: () => Stage): void {
  testIf(
    (nodes.sink ?? nodes.operator) !== undefined && leavesOut.server === undefined,
    'a server that does not answer slows the source down, and memory stays flat',
    () => trySink(stage(), serverOf(stage())),
    limitMs,
  )
  testIf(
    nodes.source !== undefined && leavesOut.pressure === undefined,
    'the source waits for a slow flow, and memory stays flat',
    () => trySource(stage()),
    limitMs,
  )
}

function serverOf({ peer }: Stage): PeerServer {
  if (peer.server === undefined) throw new Error('Leave out the server where there is none.')
  return peer.server
}

async function trySink(stage: Stage, server: PeerServer): Promise<void> {
  const { connector, peer, live, product } = stage
  const place = stage.newPlace()
  await stage.connect()
  const feed = openFeed({
    path: place,
    url: stage.flowUrl,
    padBytes,
    bodyOf: peer.operator?.bodyOf,
  })
  const watching = await stage.watch(place, feed)
  const flow = sinkFlow(connector, peer, { place })
  await stage.deploy(flow)
  await feed.send(50)
  await eventually(async () => expect((await watching.numbers()).length).toBe(50))
  const letGo = halt(server)
  const stop = feed.flood()
  try {
    await eventually(() => expect(feed.refusals).toBeGreaterThan(0), 20_000)
    const [before, count] = [await residentMb(await product.engineProcesses()), feed.accepted.size]
    await pause(pressedForMs)
    const after = await residentMb(await product.engineProcesses())
    expect(after - before, `MB more than ${before}`).toBeLessThan(growthMbMax)
    expect(feed.accepted.size - count, 'taken in while it was pressed').toBeLessThan(writtenMax)
    expect(live.counters()['under-test']).toMatchObject({ isPressing: true })
  } finally {
    letGo()
    await stop()
  }
  const mayRepeat = stage.shortcomings(flow).some(({ may }) => may === 'repeat')
  await eventually(async () => {
    const { missing, repeated } = judge(feed.accepted, await watching.numbers())
    expect(missing).toEqual([])
    expect(mayRepeat ? [] : repeated).toEqual([])
  }, 20_000)
  expect(await stage.errors(place)).toEqual([])
  await watching.close?.()
  await stage.stop(flow)
}

/** Keeps a server's process from running, its connections staying open. */
function halt({ pid, halt: ownWay }: PeerServer): () => void {
  if (ownWay !== undefined) return ownWay()
  if (pid === undefined) throw new Error('The connector says neither pid nor halt of its server.')
  process.kill(pid, 'SIGSTOP')
  return () => void process.kill(pid, 'SIGCONT')
}

async function trySource(stage: Stage): Promise<void> {
  const { connector, peer, live, product } = stage
  const { source } = peer
  const place = stage.newPlace()
  await stage.connect()
  await source?.prepare?.(place)
  const slow = await openSlowDatabase(source?.numberExpression ?? 'payload.n')
  try {
    await product.api.connect(slow.connection)
    const config = source?.config(place) ?? {}
    const underTest = { id: 'under-test', type: connector.nodes.source ?? '', config }
    const flow = inRow(place, [underTest, slow.node])
    await stage.deploy(flow)
    let taken = (await source?.write(place, [0]))?.length ?? 0
    await eventually(() => expect(live.count('under-test:out')).toBe(1))
    const before = await residentMb(await product.engineProcesses())
    for (let from = 1; from < writtenMax; from += perWrite) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      taken += (await source?.write(place, range(perWrite, from)))?.length ?? 0
    }
    await eventually(() => expect(live.counters()['slow']).toMatchObject({ isPressing: true }))
    await pause(pressedForMs)
    expect(live.count('under-test:out'), 'messages that came in').toBeLessThan(writtenMax)
    const after = await residentMb(await product.engineProcesses())
    expect(after - before, `MB more than ${before}`).toBeLessThan(growthMbMax)
    slow.letGo()
    if (source?.saysDropped !== undefined) {
      const { saysDropped } = source
      await eventually(() => expect(live.status('under-test')?.text).toMatch(saysDropped))
      await stage.stop(flow)
      return
    }
    await eventually(() => {
      const { slow: node, 'under-test': own } = live.counters()
      const out = live.count('under-test:out')
      const where = `${out} came in; ${JSON.stringify({ node, own })}`
      expect({ where, isAll: slow.count >= taken }).toEqual({ where, isAll: true })
    }, 20_000)
    await stage.stop(flow)
  } finally {
    await slow.close()
  }
}

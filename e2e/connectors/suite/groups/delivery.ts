/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import type { Flow } from '@millrace/flow'
import { expect } from 'vitest'
import type { Connector, Peer, SourceUnderTest } from '../connector.ts'
import { openFeed } from '../feed.ts'
import { sinkFlow, sourceFlow } from '../flows.ts'
import { judge, range } from '../numbers.ts'
import { eventually } from '../patience.ts'
import type { Stage } from '../stage.ts'
import { testIf } from '../test-if.ts'

const perRound = 150
const limitMs = 120_000

/** What is promised is held: when the server is killed, when the engine is, and when all ends. */
export function testDelivery({ nodes, leavesOut = {} }: Connector, stage: () => Stage): void {
  const isServed = leavesOut.server === undefined
  const mayDie = leavesOut.deaths === undefined
  const taker = nodes.sink === undefined ? 'operator' : 'sink'
  if (nodes.sink !== undefined || nodes.operator !== undefined) {
    testIf(
      isServed,
      `the ${taker} starts without its server, and loses nothing when that is killed mid-batch`,
      async () => {
        await withSink(stage(), async (bench) => {
          await bench.server.kill()
          await bench.start()
          // It may take in only some of them before it asks the sender to wait.
          const sending = bench.feed.send(perRound)
          await eventually(() => expect(bench.status()).toMatch(/error|warning|connecting/))
          await bench.server.restart()
          await sending
          await bench.arrived()
          const stop = bench.feed.flood()
          await bench.server.kill()
          await eventually(() => expect(bench.status()).toMatch(/error|warning|connecting/))
          await stop()
          await bench.server.restart()
          await bench.feed.send(perRound)
          await bench.arrived()
          await eventually(() => expect(bench.status()).toMatch(/ok|idle/))
        })
      },
      limitMs,
    )

    testIf(
      mayDie,
      `the ${taker} holds what it promises when the engine is killed and when all ends`,
      async () => {
        await withSink(stage(), async (bench) => {
          await bench.start()
          await throughDeaths(stage(), bench.flow, () => bench.feed.send(perRound))
          await bench.arrived()
        })
      },
      limitMs,
    )
  }

  if (nodes.source !== undefined) {
    testIf(
      isServed,
      'the source starts without its server, and loses nothing when that is killed',
      async () => {
        await withSource(stage(), async (bench) => {
          await bench.start()
          await bench.write()
          await bench.server.kill()
          await eventually(() => expect(bench.status()).toMatch(/error|warning|connecting/))
          await bench.server.restart()
          await bench.write()
          await bench.arrived()
          await eventually(() => expect(bench.status()).toMatch(/^ok/))
          await stage().stop(bench.flow)
          await bench.server.kill()
          await bench.start()
          await eventually(() => expect(bench.status()).toMatch(/error|warning|connecting/))
          await bench.server.restart()
          await bench.write()
          await bench.arrived()
        })
      },
      limitMs,
    )

    testIf(
      !mayDie,
      'the source brings what it was sent, once',
      () =>
        withSource(stage(), async (bench) => {
          await bench.start()
          await bench.write()
          await bench.write()
          await bench.arrived()
        }),
      limitMs,
    )

    testIf(
      mayDie,
      'the source holds what it promises when the engine is killed and when all ends',
      async () => {
        await withSource(stage(), async (bench) => {
          await bench.start()
          await bench.write()
          await throughDeaths(stage(), bench.flow, bench.write)
          await bench.arrived()
        })
      },
      limitMs,
    )
  }
}

/** Kills the engine in the midst of work, and the whole product too; then ends it properly. */
async function throughDeaths(
  stage: Stage,
  flow: Flow,
  work: () => Promise<unknown>,
): Promise<void> {
  const { product } = stage
  const isBack = () => eventually(async () => expect(await stage.isRunning(flow)).toBe(true))
  for (const die of [stage.killEngine, stage.killEngine, () => killAndStart(stage)]) {
    const working = work()
    // oxlint-disable-next-line no-await-in-loop -- one death after the other
    await die()
    // oxlint-disable-next-line no-await-in-loop
    await working
    // oxlint-disable-next-line no-await-in-loop
    await isBack()
  }
  await work()
  const endingMs = performance.now()
  await product.end()
  expect(performance.now() - endingMs).toBeLessThan(4_900)
  await product.start()
  await isBack()
}

async function killAndStart({ product }: Stage): Promise<void> {
  await product.kill()
  await product.start()
}

interface Bench {
  readonly flow: Flow
  readonly server: NonNullable<Peer['server']>
  start(): Promise<void>
  status(): string
  /** Everything that has to be there is; and nothing twice, where that is promised. */
  arrived(): Promise<void>
}

function benchOf(stage: Stage, flow: Flow, found: () => Promise<Found>): Bench {
  const { peer, live } = stage
  const noServer = () => Promise.reject(new Error('There is no server.'))
  const shortcomings = stage.shortcomings(flow)
  const mayLose = shortcomings.some(({ may }) => may === 'lose')
  const mayRepeat = shortcomings.some(({ may }) => may === 'repeat')
  return {
    flow,
    server: peer.server ?? { kill: noServer, restart: noServer, stop: noServer },
    start: () => stage.deploy(flow),
    status: () => live.status('under-test')?.state ?? silent(peer),
    arrived: async () => {
      await eventually(async () => {
        const { wanted, numbers } = await found()
        const { missing, repeated } = judge(mayLose ? [] : wanted, numbers)
        expect(missing, 'missing numbers').toEqual([])
        expect(mayRepeat ? [] : repeated, 'numbers that came twice').toEqual([])
        expect(numbers.length).toBeGreaterThan(0)
      })
      // An operator asks for each message once, and says there which got no answer.
      if (peer.operator === undefined) expect(await stage.errors(flow.name)).toEqual([])
    },
  }
}

/** A node that never says how it stands is taken to be as it should be. */
function silent({ hasNoStatus }: Peer): string {
  return hasNoStatus === true ? 'ok after connecting' : 'connecting'
}

interface Found {
  readonly wanted: Iterable<number>
  readonly numbers: readonly number[]
}

async function withSink(
  stage: Stage,
  run: (bench: Bench & { readonly feed: ReturnType<typeof openFeed> }) => Promise<void>,
): Promise<void> {
  const { connector, peer } = stage
  const place = stage.newPlace()
  await stage.connect()
  const feed = openFeed({ path: place, url: stage.flowUrl, bodyOf: peer.operator?.bodyOf })
  const watching = await stage.watch(place, feed)
  const flow = sinkFlow(connector, peer, { place })
  const bench = benchOf(stage, flow, async () => ({
    wanted: feed.accepted,
    numbers: await watching.numbers(),
  }))
  try {
    await run({ ...bench, feed })
    expect(feed.accepted.size).toBeGreaterThan(perRound)
    await stage.stop(flow)
  } finally {
    await watching.close?.()
  }
}

async function withSource(
  stage: Stage,
  run: (bench: Bench & { write(): Promise<void> }) => Promise<void>,
): Promise<void> {
  const { connector, peer } = stage
  const { source } = peer
  if (source === undefined) throw new Error('The connector says nothing of its source.')
  const place = stage.newPlace()
  await stage.connect()
  await source.prepare?.(place)
  const flow = sourceFlow(connector, peer, { place })
  const wanted: number[] = []
  let next = 0
  const write = async (): Promise<void> => {
    const numbers = range(perRound, next)
    next += perRound
    wanted.push(...(await source.write(place, numbers)))
  }
  const bench = benchOf(stage, flow, async () => ({
    wanted,
    numbers: numbersIn(source, await stage.results(place)),
  }))
  const start = async (): Promise<void> => {
    await bench.start()
  }
  await run({ ...bench, start, write })
  expect(wanted.length).toBeGreaterThan(perRound)
  await stage.stop(flow)
}

function numbersIn({ numberIn }: SourceUnderTest, lines: readonly unknown[]): readonly number[] {
  return lines
    .flatMap((line) => numberIn?.(line) ?? (line as { readonly n: unknown }).n)
    .map((n) => Number(n))
}

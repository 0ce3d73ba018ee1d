/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { payloadNames } from '../connector.ts'
import type { Connector, PayloadName } from '../connector.ts'
import { openFeed } from '../feed.ts'
import { sinkFlow, sourceFlow } from '../flows.ts'
import { range } from '../numbers.ts'
import { eventually } from '../patience.ts'
import type { Stage } from '../stage.ts'

const largeBytes = 1_000_000
const pad = 'x'.repeat(largeBytes)
const limitMs = 90_000

const bodies: Readonly<Record<PayloadName, Uint8Array>> = {
  empty: new Uint8Array(),
  binary: Uint8Array.from(range(256)),
  malformed: Buffer.from('{"n":'),
  large: Buffer.from(JSON.stringify({ n: -1, at: 1_600_000_000_000, pad })),
}

/** Whatever comes, it goes on or leaves by the error port, and the flow goes on. */
export function testPayloads({ nodes, leavesOut = {} }: Connector, stage: () => Stage): void {
  if (nodes.source !== undefined && leavesOut['raw payloads'] === undefined) {
    test(
      'the source takes 1 MB, empty, binary and malformed payloads, and goes on',
      async () => {
        const { writeRaw, malformed } = stage().peer.source ?? {}
        expect(writeRaw, 'a way to hand payloads over').toBeDefined()
        await trySource(stage())
        if (malformed !== undefined) await tryMalformed(stage())
      },
      limitMs,
    )
  }
  if (nodes.sink !== undefined || nodes.operator !== undefined) {
    test(
      `the ${nodes.sink === undefined ? 'operator' : 'sink'} takes 1 MB, empty, binary and malformed payloads`,
      () => trySink(stage()),
      limitMs,
    )
  }
}

async function trySource(stage: Stage): Promise<void> {
  const { connector, peer, live } = stage
  const { source } = peer
  const place = stage.newPlace()
  await stage.connect()
  await source?.prepare?.(place)
  const flow = sourceFlow(connector, peer, { place })
  await stage.deploy(flow)
  // Whoever hears nothing of what was said before it listened is there now.
  await source?.write(place, [0])
  const came = () => live.count('under-test:out') + live.count('under-test:error')
  await eventually(() => expect(came()).toBe(1))
  const carried = payloadNames.filter((name) => source?.cannotCarry?.includes(name) !== true)
  for (const [at, name] of carried.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, to tell them apart
    await source?.writeRaw?.(place, bodies[name])
    // oxlint-disable-next-line no-await-in-loop
    await eventually(() => expect(came(), `${name}: messages and errors`).toBe(at + 2))
  }
  await source?.write(place, [1])
  await eventually(() => expect(came()).toBe(carried.length + 2))
  await eventually(async () => {
    const lines = await stage.results(place)
    const errors = await stage.errors(place)
    expect(lines.length + errors.length).toBe(carried.length + 2)
    for (const { error } of errors) expect(error.message).not.toBe('')
    if (carried.includes('large')) {
      expect(JSON.stringify([lines, errors]).length).toBeGreaterThan(largeBytes)
    }
  })
  expect(await stage.isRunning(flow)).toBe(true)
  await stage.stop(flow)
}

async function tryMalformed(stage: Stage): Promise<void> {
  const { connector, peer } = stage
  const { malformed, write, prepare, writeRaw } = peer.source ?? {}
  const place = stage.newPlace()
  await stage.connect()
  await prepare?.(place)
  const flow = sourceFlow(connector, peer, { place })
  await stage.deploy(flow)
  await write?.(place, [0])
  await writeRaw?.(place, malformed?.body ?? new Uint8Array())
  await write?.(place, [1])
  await eventually(async () => {
    const [error] = await stage.errors(place)
    expect(error?.error).toMatchObject({ code: malformed?.code })
    expect((await stage.results(place)).length).toBe(2)
  })
  await stage.stop(flow)
}

async function trySink(stage: Stage): Promise<void> {
  const { connector, peer, live, flowUrl } = stage
  const place = stage.newPlace()
  await stage.connect()
  const feed = openFeed({ path: place, url: flowUrl, bodyOf: peer.operator?.bodyOf })
  const watching = await stage.watch(place, feed)
  const flow = sinkFlow(connector, peer, { place })
  await stage.deploy(flow)
  await feed.send(1)
  for (const name of payloadNames) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await post(`${await flowUrl()}/${place}`, name)).toBe(202)
  }
  await feed.send(1)
  const { refuses: refused = [] } = peer.sink ?? peer.operator ?? {}
  await eventually(async () => {
    const { received, inFlight } = live.counters()['under-test'] ?? {}
    expect({ received, inFlight }).toEqual({ received: payloadNames.length + 2, inFlight: 0 })
    expect((await stage.errors(place)).length, 'messages at the error port').toBe(refused.length)
    expect(await watching.numbers()).toEqual(expect.arrayContaining([0, 1]))
  })
  for (const { error } of await stage.errors(place)) {
    expect(error.code).toMatch(/^[A-Z][A-Z0-9_]+$/)
    expect(error.message.length).toBeGreaterThan(10)
  }
  expect(await stage.isRunning(flow)).toBe(true)
  await watching.close?.()
  await stage.stop(flow)
}

const contentTypes: Readonly<Record<PayloadName, string>> = {
  empty: 'text/plain',
  binary: 'application/octet-stream',
  // As JSON it would not even come in.
  malformed: 'text/plain',
  large: 'application/json',
}

/** Again while the flow cannot take it, as senders do. */
async function post(url: string, name: PayloadName): Promise<number> {
  const headers = { 'content-type': contentTypes[name] }
  for (;;) {
    const body = Buffer.from(bodies[name])
    // oxlint-disable-next-line no-await-in-loop -- until it is taken or refused
    const response = await fetch(url, { method: 'POST', headers, body })
    // oxlint-disable-next-line no-await-in-loop
    await response.arrayBuffer()
    if (response.status !== 503) return response.status
    // oxlint-disable-next-line no-await-in-loop
    await pause(againAfterMs)
  }
}

const againAfterMs = 50

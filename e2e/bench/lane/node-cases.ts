/** Millrace's nodes, without an engine between them. */
import { nodeTypes } from '@millrace/nodes-mqtt'
import { realTime } from '@millrace/sdk/testing'
import { payload, topicCount, topics } from './load.ts'
import type { Case } from './load.ts'

function contextOf(config: object, extra: object) {
  const { clock, schedule } = realTime(globalThis)
  const after = (ms: number, run: () => void) => schedule(ms, run)
  const every = (ms: number, run: () => void) => {
    const timer = setInterval(run, ms)
    return { cancel: () => clearInterval(timer) }
  }
  const quiet = () => undefined
  return {
    id: 'bench',
    name: 'bench',
    flow: 'bench',
    config,
    clock,
    timers: { after, every, soon: (run: () => void) => void setImmediate(run) },
    log: { debug: quiet, info: quiet, warn: console.error, error: console.error },
    status: quiet,
    pressure: quiet,
    fail: (error: unknown) => console.error(error),
    ...extra,
  }
}

const connectionConfig = (port: number) => ({
  protocol: 'mqtt',
  host: '127.0.0.1',
  port,
  version: '3.1.1',
  session: 'clean',
  keepAliveMs: 60_000,
  connectTimeoutMs: 5000,
  inFlightMax: 1000,
  bufferMax: 10_000,
  packetBytesMax: 16_777_216,
})

/* oxlint-disable typescript/no-explicit-any -- contexts made by hand, as only the engine makes them */
function open(port: number) {
  const [connection, source, sink] = nodeTypes as readonly any[]
  const link = connection.open(contextOf(connectionConfig(port), {}))
  return { link, source, sink }
}

export function millraceIn(format: string): Case {
  return (count, port) => receive(count, { format, port })
}

async function receive(count: number, { format, port }: { format: string; port: number }) {
  const { link, source } = open(port)
  await new Promise<void>((resolve) => {
    let seen = 0
    const out = () => {
      seen += 1
      if (seen === count) resolve()
    }
    const deliver = (run: () => void, settled: () => void) => {
      run()
      settled()
    }
    const config = { broker: link.handle, ...inConfig(count, 'x', format) }
    source.create(contextOf(config, { emit: { out }, deliver })).start()
  })
  await link.close()
}

export function inConfig(count: number, mode: string, format: string) {
  return { topic: `ask/${count}/${mode}/#`, moreTopics: [{ topic: 'bench/#' }], qos: '0', format }
}

export async function millraceOut(count: number, port: number) {
  const { link, sink } = open(port)
  let isPressed = false
  let more: () => void = () => undefined
  const pressure = (isHigh: boolean) => {
    isPressed = isHigh
    if (!isHigh) more()
  }
  const node = sink.create(
    contextOf({ broker: link.handle, qos: '0', retain: false }, { pressure }),
  )
  await new Promise<void>((resolve) => {
    link.handle.onStatus((status: { state: string }) => {
      if (status.state === 'ok') resolve()
    })
  })
  const value = JSON.parse(payload)
  let left = count
  await new Promise<void>((resolve) => {
    more = () => {
      for (let burst = 0; burst < 500 && left > 0 && !isPressed; burst += 1) {
        node.onMessage({ payload: value, topic: topics[left % topicCount] }, 0)
        left -= 1
      }
      if (left === 0) resolve()
      else if (!isPressed) setImmediate(more)
    }
    more()
  })
  await link.close()
}

export function millraceBoth(format: string): Case {
  return (count, port) => passThrough(count, { format, port })
}

async function passThrough(count: number, { format, port }: { format: string; port: number }) {
  const { link, source, sink } = open(port)
  const done = Promise.withResolvers<void>()
  const node = sink.create(
    contextOf(
      { broker: link.handle, qos: '0', retain: false },
      { pressure: (isHigh: boolean) => (isHigh ? input.pause() : input.resume()) },
    ),
  )
  const out = (message: { topic: string }) => {
    if (message.topic === 'done/all') done.resolve()
    else node.onMessage(message, 0)
  }
  const deliver = (run: () => void, settled: () => void) => {
    run()
    settled()
  }
  const wanted = inConfig(count, 'echo', format)
  const config = {
    broker: link.handle,
    ...wanted,
    moreTopics: [...wanted.moreTopics, { topic: 'done/all' }],
  }
  const input = source.create(contextOf(config, { emit: { out }, deliver }))
  input.start()
  await done.promise
  await link.close()
}
/* oxlint-enable typescript/no-explicit-any */

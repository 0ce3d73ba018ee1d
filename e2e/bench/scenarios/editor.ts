import { chromium, type Browser, type Page } from '@playwright/test'
import { chromiumArguments, findChromium } from '@millrace/services'
import { io, type Socket } from 'socket.io-client'
import { startMqttLoad, type MqttLoad } from '../load/mqtt-driver.ts'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import type { Peer } from '../peers/peer.ts'
import { processCost, threadCosts } from '../process-cost.ts'
import { brokerAt, millraceDebug, redDebug } from './flows.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

const perSecond = 5000
const seconds = 8

/** What the page costs to load, and what looking at a busy flow costs the flow and the page. */
export const editor: Scenario = {
  name: 'editor',
  about: `first load; a debug node at ${perSecond} messages a second with the editor open`,
  measure: async ({ runs, say }) => {
    const results = await byTurns(
      runs,
      async () => once(await startMillrace(), say),
      async () => once(await startNodeRed(), say),
    )
    return figuresOf(
      'editor',
      [
        { measure: 'first load', unit: 'KB', isCost: true, goal: '≤ 300' },
        { measure: 'interactive', unit: 'ms', isCost: true, goal: '≤ 1,500' },
        { measure: 'CPU, nobody looks', unit: 'µs/message', isCost: true },
        { measure: 'CPU, editor open', unit: 'µs/message', isCost: true },
        { measure: 'pipeline, nobody looks', unit: 'µs/message', isCost: true },
        { measure: 'pipeline, editor open', unit: 'µs/message', isCost: true },
        { measure: 'pipeline, share', unit: '% more', isCost: true, goal: '< 5' },
        { measure: 'pipeline, what is sent', unit: '% more', isCost: true },
        { measure: 'frames', unit: 'a second', isCost: false, goal: '> 50' },
      ],
      results,
    )
  },
}

async function once(peer: Peer, say: (text: string) => void): Promise<Measured> {
  const load = await startMqttLoad()
  const browser = await launch()
  try {
    if (peer.name === 'millrace') await deployMillrace(peer, millraceDebug, [brokerAt(load.port)])
    else await deployNodeRed(peer, redDebug(load.port))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await play(load, peer)
    const before = await play(load, peer)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const opened = await open(page, peer)
    await showDebug(page, peer)
    const [looked, frames] = await Promise.all([play(load, peer), framesOf(page)])
    await page.close()
    const after = await play(load, peer)
    const alone = {
      cpuUs: mean(before.cpuUs, after.cpuUs),
      flowUs: mean(before.flowUs, after.flowUs),
    }
    const sent = peer.name === 'millrace' ? await shareOfSending(load, peer) : undefined
    const measured = {
      ...opened,
      ...(sent !== undefined && { 'pipeline, what is sent': sent }),
      'CPU, nobody looks': alone.cpuUs,
      'CPU, editor open': looked.cpuUs,
      'pipeline, nobody looks': alone.flowUs,
      'pipeline, editor open': looked.flowUs,
      'pipeline, share': (looked.flowUs / alone.flowUs - 1) * 100,
      frames,
    }
    say(`editor ${peer.name}: ${JSON.stringify(measured)}`)
    return measured
  } finally {
    await browser.close()
    await peer.stop()
    load.close()
  }
}

function launch(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    args: [...chromiumArguments],
    ...(executablePath === undefined ? {} : { executablePath }),
  })
}

/** The time until a node can be seen on the canvas, and the bytes that came over the wire for it. */
async function open(page: Page, peer: Peer): Promise<Measured> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  const node = peer.name === 'millrace' ? '[data-testid^="node-"]' : '.red-ui-flow-node'
  const started = performance.now()
  await page.goto(peer.name === 'millrace' ? `${peer.url}/` : `${peer.url}/#flow/tab`)
  await page.locator(node).first().waitFor({ timeout: 30_000 })
  return { interactive: performance.now() - started, 'first load': bytes / 1024 }
}

async function showDebug(page: Page, peer: Peer): Promise<void> {
  if (peer.name === 'millrace') {
    await page.getByTestId('drawer-debug').click()
    await page.getByTestId('drawer').waitFor()
  } else await page.evaluate('RED.sidebar.show("debug")')
}

/**
 * What a flow does for those who look, in percent of what it does without: the same is sent over a
 * connection that draws nothing, as a browser beside it takes processors and their caches away. By
 * turns, because both change from second to second.
 */
async function shareOfSending(load: MqttLoad, peer: Peer): Promise<number> {
  const costs = { alone: [] as number[], looked: [] as number[] }
  for (let turn = 0; turn < 5; turn += 1) {
    costs.alone.push((await play(load, peer, 4)).flowUs)
    const socket = await lookAt(peer)
    costs.looked.push((await play(load, peer, 4)).flowUs)
    socket.close()
  }
  return (middle(costs.looked) / middle(costs.alone) - 1) * 100
}

/** Asks for what an editor with its debug panel open asks for. */
async function lookAt(peer: Peer): Promise<Socket> {
  const socket = io(peer.url, { transports: ['websocket'], forceNew: true })
  await socket.timeout(5000).emitWithAck('watch', { flow: 'debug' })
  await socket.timeout(5000).emitWithAck('debug', { nodes: null })
  return socket
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

interface Cost {
  /** Of all processes, in microseconds a message. */
  readonly cpuUs: number
  /** Of the one thread that had most to do, which is the one that runs the flow. */
  readonly flowUs: number
}

/** What a paced stretch costs. */
async function play(load: MqttLoad, peer: Peer, forSeconds = seconds): Promise<Cost> {
  const before = processCost(peer.pid)
  const threadsBefore = threadCosts(peer.pid)
  const result = await load.run({
    count: perSecond * forSeconds,
    ratePerSecond: perSecond,
    devices: 100,
    oneIn: 10,
    isEcho: false,
    patienceMs: 5000,
  })
  const threads = [...threadCosts(peer.pid)].map(
    ([thread, cpuUs]) => cpuUs - (threadsBefore.get(thread) ?? 0),
  )
  return {
    cpuUs: (processCost(peer.pid).cpuUs - before.cpuUs) / result.sent,
    flowUs: Math.max(...threads) / result.sent,
  }
}

function mean(one: number, other: number): number {
  return (one + other) / 2
}

/** Frames a second that the page drew, over most of the stretch. */
async function framesOf(page: Page): Promise<number> {
  const counted = await page.evaluate(`new Promise((resolve) => {
    let frames = 0
    const started = performance.now()
    const step = () => {
      frames += 1
      const elapsed = performance.now() - started
      if (elapsed < ${(seconds - 2) * 1000}) requestAnimationFrame(step)
      else resolve(frames / elapsed * 1000)
    }
    requestAnimationFrame(step)
  })`)
  return Number(counted)
}

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import { until, type Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

const run = promisify(execFile)
const messages = 50_000

/** What handing a message on costs, without any network. */
export const chain: Scenario = {
  name: 'chain',
  about: 'a hop through a change node, and fanning out 1 → 5 with a 2 KB object; in process',
  measure: async ({ runs, say }) => {
    const results = await byTurns(runs, ours, async () => theirs(await startNodeRed()))
    say(`chain: ${JSON.stringify(results)}`)
    return figuresOf(
      'chain',
      [
        { measure: 'a hop', unit: 'ns', isCost: true, goal: '≤ 1/20' },
        { measure: 'fan-out', unit: 'ns a message', isCost: true, goal: '≤ 1/100' },
      ],
      results,
    )
  },
}

/** The engine in a process of its own; the slope between 1 and 20 nodes is in its own figures. */
async function ours(): Promise<Measured> {
  const script = fileURLToPath(new URL('../chain.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [script])
  const figure = (start: string): number => {
    const line = stdout.split('\n').find((one) => one.startsWith(start)) ?? ''
    return Number(/([\d.]+) ns/.exec(line)?.[1] ?? Number.NaN)
  }
  return {
    'a hop': figure('chain of 20 change nodes (set topic)'),
    'fan-out': figure('fan-out 1 to 5'),
  }
}

/** CPU of the process, the generator's and counter's share taken off by comparing two flows. */
async function theirs(peer: Peer): Promise<Measured> {
  try {
    const one = await costOf(peer, chainFlow(1, '{ value: sent }'))
    const twenty = await costOf(peer, chainFlow(20, '{ value: sent }'))
    const single = await costOf(peer, fanFlow(1))
    const five = await costOf(peer, fanFlow(5))
    return { 'a hop': (twenty - one) / 19, 'fan-out': five - single }
  } finally {
    await peer.stop()
  }
}

/** CPU nanoseconds a message. */
async function costOf(peer: Peer, flow: readonly object[]): Promise<number> {
  await deployNodeRed(peer, flow)
  await play(peer)
  const before = processCost(peer.pid)
  await play(peer)
  return ((processCost(peer.pid).cpuUs - before.cpuUs) * 1000) / messages
}

async function play(peer: Peer): Promise<void> {
  await until('the start', 5000, async () =>
    (await fetch(`${peer.flowUrl}/run`)).ok ? true : undefined,
  )
  await until('all messages', 120_000, async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const text = await (await fetch(`${peer.flowUrl}/count`)).text()
    return Number(text) >= messages ? true : undefined
  })
}

function generator(payload: string): string {
  return `global.set('count', 0); let sent = 0
const burst = () => { for (let i = 0; i < 500 && sent < ${messages}; i++) { sent++; node.send([null, { payload: ${payload} }]) }
  if (sent < ${messages}) setTimeout(burst, 0) }
setTimeout(burst, 0); return [msg, null]`
}

const big = `{ value: sent, rows: Array.from({ length: 40 }, (_, n) => ({ name: 'sensor-' + n, value: n * 1.5, ok: true })) }`

function chainFlow(hops: number, payload: string): readonly object[] {
  const changes = Array.from({ length: hops }, (_, index) =>
    change(`n${index}`, index === hops - 1 ? 'end' : `n${index + 1}`),
  )
  return [...frame(payload, ['n0']), ...changes]
}

function fanFlow(count: number): readonly object[] {
  const changes = Array.from({ length: count }, (_, index) =>
    change(`n${index}`, index === 0 ? 'end' : undefined),
  )
  return [
    ...frame(
      big,
      changes.map((_, index) => `n${index}`),
    ),
    ...changes,
  ]
}

function change(id: string, next: string | undefined): object {
  const rules = [{ t: 'set', p: 'topic', pt: 'msg', to: 'changed', tot: 'str' }]
  return {
    id,
    type: 'change',
    z: 'tab',
    x: 1,
    y: 1,
    wires: next === undefined ? [[]] : [[next]],
    rules,
  }
}

function frame(payload: string, first: readonly string[]): readonly object[] {
  const at = { z: 'tab', x: 1, y: 1 }
  const count =
    "const c = (context.get('c') || 0) + 1; context.set('c', c % 50000); if (c % 50000 === 0) global.set('count', 50000); return null"
  return [
    { id: 'tab', type: 'tab', label: 'chain' },
    { id: 'run', type: 'http in', ...at, url: '/run', method: 'get', wires: [['gen']] },
    {
      id: 'gen',
      type: 'function',
      ...at,
      func: generator(payload),
      outputs: 2,
      libs: [],
      wires: [['ran'], first],
    },
    { id: 'ran', type: 'http response', ...at, wires: [] },
    { id: 'end', type: 'function', ...at, func: count, outputs: 1, libs: [], wires: [[]] },
    { id: 'ask', type: 'http in', ...at, url: '/count', method: 'get', wires: [['read']] },
    {
      id: 'read',
      type: 'function',
      ...at,
      func: "msg.payload = String(global.get('count') || 0); return msg",
      outputs: 1,
      libs: [],
      wires: [['answer']],
    },
    { id: 'answer', type: 'http response', ...at, wires: [] },
  ]
}

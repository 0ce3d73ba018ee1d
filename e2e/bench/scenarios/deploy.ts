import type { Flow, FlowNode } from '@millrace/flow'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import { call, until, type Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { flowOf } from './flows.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

export const deploy: Scenario = {
  name: 'deploy',
  about: 'from the request until the flow answers: 1,000 nodes, then one changed node among 5,000',
  measure: async ({ runs, say }) => {
    const results = await byTurns(
      runs,
      async () => once(await startMillrace(), millrace, say),
      async () => once(await startNodeRed(), nodeRed, say),
    )
    return figuresOf(
      'deploy',
      [
        { measure: 'start', unit: 'ms', isCost: true },
        { measure: 'idle memory', unit: 'MB', isCost: true, goal: '≤ 150' },
        { measure: '1,000 nodes live', unit: 'ms', isCost: true, goal: '≤ 200' },
        { measure: 'one of 5,000 live', unit: 'ms', isCost: true, goal: '≤ 50' },
        { measure: 'left hanging', unit: 'requests', isCost: true, goal: '0' },
      ],
      results,
    )
  },
}

const idleAfterMs = 8_000
/** Nobody draws a flow within less. */
const drawnWithinMs = 1_000

/** How each system is given a flow of `count` nodes that answers `text`, in full or in part. */
interface Deployer {
  /** What happened before anybody drew something. */
  open(peer: Peer): Promise<void>
  /** Deploys onto nothing. */
  first(peer: Peer, count: number, text: string): Promise<void>
  full(peer: Peer, count: number, text: string): Promise<void>
  change(peer: Peer, count: number, text: string): Promise<void>
}

async function once(
  peer: Peer,
  deployer: Deployer,
  say: (text: string) => void,
): Promise<Measured> {
  try {
    await new Promise((resolve) => setTimeout(resolve, idleAfterMs))
    const memory = processCost(peer.pid).memoryBytes / 1e6
    await deployer.open(peer)
    await new Promise((resolve) => setTimeout(resolve, drawnWithinMs))
    const thousand = await timeUntil(peer, 'a', () => deployer.first(peer, 1000, 'a'))
    await deployer.full(peer, 5000, 'b')
    const changes: number[] = []
    for (const text of ['c', 'd', 'e', 'f', 'g']) {
      changes.push(await timeUntil(peer, text, () => deployer.change(peer, 5000, text)))
    }
    const hanging = await hangingWhile(peer, () => deployer.full(peer, 1000, 'z'))
    const measured = {
      start: peer.startedInMs,
      'idle memory': memory,
      '1,000 nodes live': thousand,
      'one of 5,000 live': changes.toSorted((a, b) => a - b)[2] ?? Number.NaN,
      'left hanging': hanging,
    }
    say(`deploy ${peer.name}: ${JSON.stringify(measured)}`)
    return measured
  } finally {
    await peer.stop()
  }
}

async function timeUntil(peer: Peer, text: string, act: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await Promise.all([
    act(),
    until(`the answer ${text}`, 20_000, async () => {
      const answer = await fetch(`${peer.flowUrl}/live`, { signal: AbortSignal.timeout(500) })
      return (await answer.text()).includes(text) ? true : undefined
    }),
  ])
  return performance.now() - started
}

/** Requests that got no answer at all within 5 s while deployments came and went. */
async function hangingWhile(peer: Peer, act: () => Promise<void>): Promise<number> {
  let isOver = false
  let hanging = 0
  const one = async (): Promise<void> => {
    while (!isOver) {
      await fetch(`${peer.flowUrl}/live`, { signal: AbortSignal.timeout(5000) })
        .then((answer) => answer.text())
        .catch((error: unknown) => {
          if (error instanceof DOMException && error.name === 'TimeoutError') hanging += 1
        })
    }
  }
  const clients = Array.from({ length: 10 }, one)
  for (let round = 0; round < 10; round += 1) await act()
  isOver = true
  await Promise.all(clients)
  return hanging
}

const millrace: Deployer = {
  open: async (peer) => {
    const saved = await call('POST', `${peer.url}/api/flows`, { name: 'live', title: 'live' })
    remember(peer, saved)
  },
  first: (peer, count, text) => {
    const { nodes, wires, layout } = millraceFlow(count, text)
    return deployPatch(peer, { setNodes: nodes, addWires: wires, setLayout: layout })
  },
  full: async (peer, count, text) => {
    await deployMillrace(peer, millraceFlow(count, text))
    remember(peer, await call('GET', `${peer.url}/api/flows/live`))
  },
  change: (peer, _count, text) => deployPatch(peer, { setNodes: [answerNode(text)] }),
}

/** What the editor does: it knows the revision that it shows, and sends what changed. */
async function deployPatch(peer: Peer, change: object): Promise<void> {
  const patch = { revision: revisions.get(peer) ?? '', ...change }
  remember(peer, await call('POST', `${peer.url}/api/flows/live/deploy`, { patch }))
}

const revisions = new WeakMap<Peer, string>()

function remember(peer: Peer, answer: unknown): void {
  // Our own API, typed in the protocol package.
  revisions.set(peer, (answer as { revision: string }).revision)
}

function answerNode(text: string): FlowNode {
  return { id: 'answer', type: 'http/response', config: { body: `'${text}'` } }
}

function millraceFlow(count: number, text: string): Flow {
  const nodes: FlowNode[] = [
    { id: 'in', type: 'http/in', config: { method: 'GET', path: '/live', answer: 'response' } },
    answerNode(text),
    { id: 'inject', type: 'core/inject', config: {} },
  ]
  const wires = ['in > answer']
  for (let index = 0; nodes.length < count; index += 1) {
    const rows = [{ id: '1', action: 'set', place: 'payload.n', value: String(index) }]
    nodes.push({ id: `change-${index}`, type: 'core/change', config: { rows } })
    wires.push(`${index % 20 === 0 ? 'inject' : `change-${index - 1}`} > change-${index}`)
  }
  return flowOf('live', nodes, wires)
}

const nodeRed: Deployer = {
  open: () => Promise.resolve(),
  first: (peer, count, text) => deployNodeRed(peer, redFlow(count, text)),
  full: (peer, count, text) => deployNodeRed(peer, redFlow(count, text)),
  change: (peer, count, text) => deployNodeRed(peer, redFlow(count, text), 'nodes'),
}

function redFlow(count: number, text: string): readonly object[] {
  const set = (id: string, property: string, value: string, wires: readonly string[]): object => ({
    id,
    type: 'change',
    z: 'tab',
    x: 1,
    y: 1,
    wires: [wires],
    rules: [{ t: 'set', p: property, pt: 'msg', to: value, tot: 'str' }],
  })
  const nodes: object[] = [
    {
      id: 'in',
      type: 'http in',
      z: 'tab',
      x: 1,
      y: 1,
      url: '/live',
      method: 'get',
      wires: [['set']],
    },
    set('set', 'payload', text, ['answer']),
    { id: 'answer', type: 'http response', z: 'tab', x: 1, y: 1, wires: [] },
  ]
  const firsts: string[] = []
  for (let index = 0; nodes.length < count - 1; index += 1) {
    const isLast = index % 20 === 19 || nodes.length === count - 2
    if (index % 20 === 0) firsts.push(`change-${index}`)
    nodes.push(
      set(`change-${index}`, 'payload.n', String(index), isLast ? [] : [`change-${index + 1}`]),
    )
  }
  const inject = {
    id: 'inject',
    type: 'inject',
    z: 'tab',
    x: 1,
    y: 1,
    wires: [firsts],
    props: [],
    repeat: '',
    once: false,
  }
  return [{ id: 'tab', type: 'tab', label: 'live' }, inject, ...nodes]
}

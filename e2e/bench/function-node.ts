/**
 * What a function node costs: nanoseconds a message through the real engine, less those of the same
 * flow without it, and what opening its realm takes.
 * Run: node e2e/bench/function-node.ts
 */
import { openDeployment } from '@millrace/engine'
import type { Deployment } from '@millrace/engine'
import { createManualHost } from '@millrace/engine/testing'
import type { Flow, FlowNode } from '@millrace/flow'
import { sink, source } from '@millrace/sdk'
import type { Emit, Message } from '@millrace/sdk'
import { describe } from '@millrace/sdk/descriptor'
import { installedTypes } from '../installed-types.ts'

const installed = await installedTypes(['core/function'])

const look = {
  version: 1,
  title: 'Bench',
  summary: 'For benchmarks.',
  category: 'observe',
  icon: 'gauge',
} as const

interface Bench {
  readonly deployment: Deployment
  readonly emit: Emit
  readonly arrived: () => number
}

/** A source, as many function nodes as there are codes, and a sink, in a row. */
async function open(codes: readonly string[]): Promise<Bench> {
  let emit: Emit = () => undefined
  let arrived = 0
  const outputs = [{ name: 'out', title: 'Out' }]
  const start = source(
    describe({ ...look, type: 'bench/in', kind: 'source', inputs: [], outputs, fields: {} }),
    (context) => {
      // The port is declared two lines above.
      emit = context.emit['out'] ?? emit
      return { start: () => undefined }
    },
  )
  const inputs = [{ name: 'in', title: 'In' }]
  const end = sink(
    describe({ ...look, type: 'bench/out', kind: 'sink', inputs, outputs: [], fields: {} }),
    () => ({ onMessage: () => void (arrived += 1) }),
  )
  const host = createManualHost({ nodeTypes: [...installed.values(), start, end] })
  const deployment = openDeployment({ flow: flowOf(codes), connections: [], secrets: {} }, host)
  await deployment.start()
  return { deployment, emit: (message) => emit(message), arrived: () => arrived }
}

function flowOf(codes: readonly string[]): Flow {
  const nodes: FlowNode[] = [
    { id: 'in', type: 'bench/in', config: {} },
    ...codes.map((code, index) => ({ id: `f${index}`, type: 'core/function', config: { code } })),
    { id: 'out', type: 'bench/out', config: {} },
  ]
  const wires = nodes.slice(1).map(({ id }, index) => ({
    from: { node: nodes[index]?.id ?? '', port: 'out' },
    to: { node: id, port: 'in' },
  }))
  return { millrace: 1, name: 'bench', title: 'Bench', nodes, wires, layout: {} }
}

const rounds = 9
const messagesOfRound = 200_000

/** The median of the rounds after two to warm up. */
async function nanosecondsOf(
  codes: readonly string[],
  message: (n: number) => Message,
): Promise<number> {
  const { deployment, emit, arrived } = await open(codes)
  const messages = Array.from({ length: 1024 }, (_, index) => message(index))
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now()
    for (let n = 0; n < messagesOfRound; n += 1) emit(messages[n & 1023] ?? { payload: null })
    return ((performance.now() - before) * 1e6) / messagesOfRound
  })
  if (arrived() !== rounds * messagesOfRound) throw new Error(`Only ${arrived()} arrived.`)
  await deployment.stop({ drainMs: 0 })
  return times.slice(2).toSorted((a, b) => a - b)[3] ?? Number.NaN
}

const number = (n: number): Message => ({ payload: n / 2, topic: 'plant/1', time: n })
const reading = (n: number): Message => ({
  payload: { device: `d${n % 12}`, temperature: n / 2, humidity: 40, status: 'ok', n },
  topic: 'plant/1',
  time: n,
})
const samples = (n: number): Message => ({
  payload: { device: 'd1', values: [1, 2, 3, 4, 5, 6, 7, n], tags: { site: 'north', line: 3 } },
  topic: 'plant/1',
  time: n,
})

const cases: readonly (readonly [string, string, (n: number) => Message])[] = [
  ['a number, returned', 'return message', number],
  ['a number, converted', 'message.payload = message.payload * 1.8 + 32\nreturn message', number],
  ['an object of 5, returned', 'return message', reading],
  [
    'an object of 5, one changed',
    'const { payload } = message\npayload.temperature = payload.temperature * 1.8 + 32\nreturn message',
    reading,
  ],
  [
    'a list of 8, reduced',
    'return { payload: message.payload.values.reduce((sum, value) => sum + value, 0) }',
    samples,
  ],
  ['nested objects and a list, returned', 'return message', samples],
]

for (const [what, code, message] of cases) {
  const time = (await nanosecondsOf([code], message)) - (await nanosecondsOf([], message))
  console.log(`${what.padEnd(40)}${time.toFixed(0).padStart(8)} ns a message`)
}
const count = 50
const heapBefore = process.memoryUsage().rss
const before = performance.now()
const many = await open(Array.from({ length: count }, () => 'return message'))
const openMs = (performance.now() - before) / count
const megabytes = (process.memoryUsage().rss - heapBefore) / count / 2 ** 20
console.log(`${'opening a function node'.padEnd(40)}${openMs.toFixed(1).padStart(8)} ms`)
console.log(`${'memory of a function node'.padEnd(40)}${megabytes.toFixed(2).padStart(8)} MB`)
await many.deployment.stop({ drainMs: 0 })

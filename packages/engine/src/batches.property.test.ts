import type { Message } from '@millrace/sdk'
import { operator, sink } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from './testing/index.ts'

const look = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'transform',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
  fields: {},
} as const

/** What waits to be let go of, in the order in which it was taken. */
type Waiting = (() => void)[]

function typesFor(waiting: Waiting) {
  const later = operator(
    descriptor({
      ...look,
      type: 'test/later',
      kind: 'operator',
      outputs: [{ name: 'out', title: 'Out' }],
    }),
    ({ hold, resume, release, emit }) => ({
      onMessage: (message) => {
        const held = hold()
        waiting.push(() => {
          resume(held, () => emit.out(message))
          release(held)
        })
      },
    }),
  )
  const write = sink(
    descriptor({ ...look, type: 'test/write', kind: 'sink', outputs: [] }),
    ({ hold, release }) => ({
      onMessage: (message) => {
        const held = hold()
        waiting.push(() => release(held, message.payload === 'bad' ? 'refused' : undefined))
      },
    }),
  )
  return [later, write]
}

const nodes = ['a', 'b', 'c'].map((id) => ({ id, type: 'test/later', config: {} }))
const ends = [
  { id: 'in', type: 'test/source', config: {} },
  { id: 'write', type: 'test/write', config: {} },
]

/** Every way of joining the source, three asynchronous nodes and the sink without going back. */
const order = ['in', 'a', 'b', 'c', 'write']
const pairs = order.flatMap((from, index) => order.slice(index + 1).map((to) => `${from} > ${to}`))

test('a batch settles exactly once, after all of it, whatever the order of releases', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(pairs),
      fc.array(fc.array(fc.constantFrom('good', 'bad', 'fine'), { maxLength: 4 }), {
        maxLength: 5,
      }),
      fc.array(fc.nat(), { maxLength: 200 }),
      async (wires, batches, choices) => {
        const waiting: Waiting = []
        const bench = createTestNodes()
        const host = createManualHost({ nodeTypes: [...typesFor(waiting), ...bench.nodeTypes] })
        const deployment = openDeployment(specOf([...nodes, ...ends], wires), host)
        await deployment.start()
        const deliveries = batches.map((payloads) => {
          return bench.source('in').emit(...payloads.map((payload): Message => ({ payload })))
        })
        const openHolds = (): number => {
          return deployment.counters().nodes.reduce((sum, { inFlight }) => sum + inFlight, 0)
        }
        for (let step = 0; waiting.length > 0; step += 1) {
          expect(openHolds()).toBe(waiting.length)
          const [next] = waiting.splice((choices[step % choices.length] ?? 0) % waiting.length, 1)
          next?.()
        }
        expect(openHolds()).toBe(0)
        const reaches = reachesSink(wires)
        for (const [index, { settled, error }] of deliveries.entries()) {
          expect(settled).toBe(1)
          const isRefused = reaches && batches[index]?.includes('bad') === true
          expect(error).toBe(isRefused ? 'refused' : undefined)
        }
      },
    ),
    { numRuns: 300 },
  )
})

function reachesSink(wires: readonly string[]): boolean {
  const reached = new Set(['in'])
  for (const node of order) {
    if (!reached.has(node)) continue
    for (const wire of wires) {
      const [from, to = ''] = wire.split(' > ')
      if (from === node) reached.add(to)
    }
  }
  return reached.has('write')
}

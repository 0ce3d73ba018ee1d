import type { FlowNode } from '@millrace/flow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeploymentSpec } from '../deployment.ts'
import { CrashBench, specOf, testNode } from '../testing/index.ts'

const size = 6

/** A source, nodes that count, or answer later, or press, and a sink, joined in any way without circles. */
const specs = fc
  .tuple(
    fc.array(fc.constantFrom('count', 'later', 'pressing'), { minLength: size, maxLength: size }),
    fc.array(fc.record({ from: fc.nat(size), to: fc.nat(size) }), { minLength: 4, maxLength: 16 }),
    fc.constantFrom('block', 'spill'),
  )
  .map(([types, wires, overflow]): DeploymentSpec => {
    const nodes: FlowNode[] = [
      ...types.map((type, index) => testNode(`n${index}`, type)),
      testNode('in', 'intake', { overflow }),
      testNode('write', 'write'),
    ]
    const texts = wires.flatMap(({ from, to }) => {
      const start = from === 0 ? 'in' : `n${from - 1}`
      const end = to === size ? 'write' : `n${to}`
      return from - 1 < to ? [`${start} > ${end}`] : []
    })
    return specOf(nodes, [...new Set([...texts, 'in > n0'])])
  })

type Step =
  | { readonly take: readonly string[] }
  | { readonly finish: number }
  | { readonly do: 'epoch' | 'sync' | 'crash' | 'turn' | 'fail' | 'mend' }

/** The keys of the messages of one record. */
const taken = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 })

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: taken.map((take): Step => ({ take })) },
    { weight: 6, arbitrary: fc.nat(20).map((finish): Step => ({ finish })) },
    {
      weight: 5,
      arbitrary: fc
        .constantFrom('epoch', 'sync', 'crash', 'turn', 'fail', 'mend')
        .map((what): Step => ({ do: what })),
    },
  ),
  { minLength: 10, maxLength: 80 },
)

/** What came in, what of it is acknowledged, and what reached the sink, over all crashes. */
class Sender {
  readonly bench: CrashBench
  readonly written = new Set<string>()
  private count = 0
  private sent: {
    id: string
    keys: readonly string[]
    delivery: { readonly settled: number }
  }[] = []

  constructor(spec: DeploymentSpec, keysMax = Infinity) {
    this.bench = new CrashBench(spec, keysMax)
  }

  async step(step: Step): Promise<void> {
    const { bench } = this
    if ('take' in step) this.take(`m${(this.count += 1)}`, step.take)
    else if ('finish' in step) this.finish(step.finish)
    else if (step.do === 'epoch') bench.host.advance(1_000)
    else if (step.do === 'sync') bench.disk.sync()
    else if (step.do === 'turn') bench.host.advance(0)
    else if (step.do === 'fail') bench.disk.fail(new Error('The disk is full.'))
    else if (step.do === 'mend') bench.disk.fail(undefined)
    else await this.crash()
  }

  /** Deals with all that is still open. */
  settle(): void {
    this.bench.disk.fail(undefined)
    for (let round = 0; round < 50; round += 1) {
      while (this.bench.waiting.length > 0) this.finish(0)
      this.bench.host.advance(1_000)
    }
  }

  /** The counts of all nodes that count. */
  counts(): unknown {
    const counts = Object.entries(this.bench.deployment.snapshot()).map(([node, maps]) => {
      return [node, Object.fromEntries(maps['counts'] ?? [])] as const
    })
    return Object.fromEntries(counts.filter(([node]) => node.startsWith('n')))
  }

  private take(id: string, keys: readonly string[]): void {
    const messages = keys.map((key, index) => ({ payload: `${id}.${index}`, key }))
    this.sent.push({ id, keys, delivery: this.bench.nodes.source('in').take(...messages) })
  }

  private finish(choice: number): void {
    const { waiting } = this.bench
    const [next] = waiting.splice(waiting.length === 0 ? 0 : choice % waiting.length, 1)
    if (next === undefined) return
    next.finish()
    if (next.node === 'write') this.written.add(String(next.message.payload))
  }

  /** What was not acknowledged is sent again. */
  private async crash(): Promise<void> {
    const lost = this.sent.filter(({ delivery }) => delivery.settled === 0)
    this.sent = []
    this.bench.disk.fail(undefined)
    await this.bench.crash()
    for (const { id, keys } of lost) this.take(id, keys)
  }
}

test('state counts each message once and the sink misses none, wherever the flow crashes', async () => {
  await fc.assert(
    fc.asyncProperty(specs, steps, fc.constantFrom(1, 2, 100), async (spec, plan, keysMax) => {
      const crashing = new Sender(spec, keysMax)
      await crashing.bench.start()
      for (const step of plan) await crashing.step(step)
      crashing.settle()

      const plain = new Sender(spec)
      await plain.bench.start()
      for (const step of plan) if ('take' in step) await plain.step(step)
      plain.settle()

      expect(crashing.counts()).toEqual(plain.counts())
      expect([...crashing.written].toSorted()).toEqual([...plain.written].toSorted())
      expect(crashing.bench.disk.epochs.last()?.held ?? []).toEqual([])
    }),
    { numRuns: 300 },
  )
})

import type { FlowNode } from '@millrace/flow'
import type { Message, NodeType } from '@millrace/sdk'
import { operator } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeploymentSpec } from './deployment.ts'
import { openDeployment } from './open-deployment.ts'
import { createManualHost, createTestNodes, specOf } from './testing/index.ts'

const look = {
  version: 1,
  title: 'Test',
  summary: 'For this test.',
  category: 'transform',
  icon: 'circle',
  inputs: [{ name: 'in', title: 'In' }],
} as const

const fields = { tag: { kind: 'text', label: 'Tag', default: '' } } as const

/** Adds its id and tag to the trail; odd payloads leave by `odd`. */
const trail = operator(
  descriptor({
    ...look,
    type: 'test/trail',
    kind: 'operator',
    outputs: [
      { name: 'out', title: 'Out' },
      { name: 'odd', title: 'Odd' },
    ],
    fields,
  }),
  ({ id, config, emit }) => ({
    onMessage: (message) => {
      const trail = `${String(message['trail'])} ${id}${config.tag}`
      const next = { ...message, trail }
      if (trail.length % 2 === 0) emit.out(next)
      else emit.odd(next)
    },
  }),
)

/** Writes into the message itself, which nobody else may see. */
const scribble = operator(
  descriptor({
    ...look,
    type: 'test/scribble',
    kind: 'operator',
    outputs: [{ name: 'out', title: 'Out' }],
    changesMessages: true,
    fields,
  }),
  ({ id, config, emit }) => ({
    onMessage: (message) => {
      message['trail'] = `${String(message['trail'])} *${id}${config.tag}`
      emit.out(message)
    },
  }),
)

const types: readonly NodeType[] = [trail, scribble]

const size = 8
const indexes = Array.from({ length: size }, (_, index) => index)

const nodes = fc.tuple(
  ...indexes.map((index) =>
    fc.record({
      isThere: fc.boolean(),
      isDisabled: fc.boolean().map((is) => is && index > 1),
      type: fc.constantFrom('trail', 'scribble'),
      tag: fc.constantFrom('', 'a'),
    }),
  ),
)

const wires = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: size + 1 }),
    to: fc.integer({ min: 0, max: size }),
    odd: fc.boolean(),
  }),
  { maxLength: 25 },
)

/** Nodes 0 to 7 with wires that only go up, two sources and a sink. */
const specs = fc.tuple(nodes, wires).map(([drawn, joined]): DeploymentSpec => {
  const flowNodes: FlowNode[] = []
  for (const [index, node] of drawn.entries()) {
    if (!node.isThere) continue
    flowNodes.push({
      id: `n${index}`,
      type: `test/${node.type}`,
      config: { tag: node.tag },
      isDisabled: node.isDisabled,
    })
  }
  const ends = ['a', 'b'].map((id): FlowNode => ({ id, type: 'test/source', config: {} }))
  flowNodes.push(...ends, { id: 'sink', type: 'test/sink', config: {} })
  const types = new Map(flowNodes.map(({ id, type }) => [id, type]))
  const texts = joined.flatMap(({ from, to, odd }) => {
    const start = from < size ? `n${from}` : from === size ? 'a' : 'b'
    const end = to < size ? `n${to}` : 'sink'
    if (!types.has(start) || !types.has(end) || (from < size && from >= to)) return []
    const port = odd && types.get(start) === 'test/trail' ? 'odd' : 'out'
    return [`${start}:${port} > ${end}`]
  })
  return specOf(flowNodes, texts)
})

async function running(first: DeploymentSpec) {
  const bench = createTestNodes()
  const host = createManualHost({ nodeTypes: [...types, ...bench.nodeTypes] })
  const deployment = openDeployment(first, host)
  await deployment.start()
  const trails = (): unknown[] => {
    bench.received.length = 0
    for (const id of ['a', 'b']) {
      for (const payload of [1, 2]) {
        const message: Message = { payload, trail: `${id}${payload}` }
        bench.source(id).emit(message)
      }
    }
    return bench.received.map(({ message }) => message['trail'])
  }
  return { deployment, trails }
}

/** The same flow with other settings, as it comes where wires did not change: all else is the same object. */
function retagged(spec: DeploymentSpec, tags: readonly (string | undefined)[]): DeploymentSpec {
  const nodes = spec.flow.nodes.map((node, index): FlowNode => {
    const tag = tags[index]
    if (tag === undefined || !('tag' in node.config)) return node
    return { ...node, name: `Named ${tag}`, config: { tag } }
  })
  return { ...spec, flow: { ...spec.flow, nodes } }
}

const tags = fc.array(fc.constantFrom(undefined, '', 'b', 'cc'), { minLength: 11, maxLength: 11 })

test('settings that change restart those nodes alone, and leave the wiring as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      specs,
      fc.array(tags, { minLength: 1, maxLength: 4 }),
      async (first, steps) => {
        let spec = first
        const updated = await running(first)
        for (const step of steps) {
          const before = runningNodes(spec)
          spec = retagged(spec, step)
          updated.trails()
          const { restarted, started, removed } = await updated.deployment.update(spec)
          const changed = [...runningNodes(spec)].filter(([id, text]) => before.get(id) !== text)
          expect(new Set(restarted)).toEqual(new Set(changed.map(([id]) => id)))
          expect([started, removed]).toEqual([[], []])
        }
        const fresh = await running(spec)
        expect(updated.trails()).toEqual(fresh.trails())
      },
    ),
    { numRuns: 200 },
  )
})

test('updates from flow to flow leave the same wiring as starting the last one afresh', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(specs, { minLength: 2, maxLength: 5 }), async (steps) => {
      const [first, ...later] = steps
      const last = steps.at(-1)
      if (first === undefined || last === undefined) return
      const updated = await running(first)
      for (const spec of later) {
        updated.trails()
        await updated.deployment.update(spec)
      }
      const fresh = await running(last)
      expect(updated.trails()).toEqual(fresh.trails())
      const nodesOf = (one: typeof fresh) => one.deployment.counters().nodes.map(({ node }) => node)
      expect(nodesOf(updated)).toEqual(nodesOf(fresh))
    }),
    { numRuns: 300 },
  )
})

test('an update restarts exactly the nodes that changed', async () => {
  await fc.assert(
    fc.asyncProperty(specs, specs, async (first, next) => {
      const { deployment } = await running(first)
      const report = await deployment.update(next)
      const before = runningNodes(first)
      const after = runningNodes(next)
      const changed = [...after].filter(([id, text]) => before.has(id) && before.get(id) !== text)
      expect(new Set(report.restarted)).toEqual(new Set(changed.map(([id]) => id)))
      expect(report.started.every((id) => !before.has(id) && after.has(id))).toBe(true)
      expect(report.removed.every((id) => before.has(id) && !after.has(id))).toBe(true)
      expect(await deployment.update(structuredClone(next))).toEqual({
        started: [],
        restarted: [],
        removed: [],
      })
    }),
    { numRuns: 200 },
  )
})

function runningNodes({ flow }: DeploymentSpec): Map<string, string> {
  const active = flow.nodes.filter(({ isDisabled }) => isDisabled !== true)
  return new Map(active.map(({ id, type, config }) => [id, `${type} ${JSON.stringify(config)}`]))
}

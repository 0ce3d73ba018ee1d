import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toFlow } from './document.ts'
import type { FlowEditor } from './flow-editor.ts'
import { inFront, openBench, settled, type Bench } from './testing/bench.ts'

async function openFlow(): Promise<Bench & { flow: FlowEditor }> {
  const bench = await openBench()
  return { ...bench, flow: inFront(bench) }
}

const drawn = (flow: FlowEditor) => toFlow(flow.store.getState().document)
const wires = (flow: FlowEditor) => [...flow.store.getState().document.wires.keys()]
const selected = (flow: FlowEditor) => [...flow.store.getState().selection.nodes]
const labels = (flow: FlowEditor) =>
  flow.store.getState().history.transactions.map(({ label }) => label)

/** Source, filter and sink in a row, wired. */
function drawRow(flow: FlowEditor) {
  const source = flow.addNode('test/source', { position: { x: 0, y: 0 } })
  const filter = flow.addNode('test/filter', { wireFrom: { node: source, port: 'out' } })
  const sink = flow.addNode('test/sink', { wireFrom: { node: filter, port: 'out' } })
  return { source, filter, sink }
}

describe('bringing a version back', () => {
  it('draws it as it was, in one step that can be taken back', async () => {
    const { flow } = await openFlow()
    const { filter } = drawRow(flow)
    flow.setTitle('As it was')
    const version = drawn(flow)
    flow.deleteNodes([filter])
    flow.addNode('test/sink', { position: { x: 0, y: 400 } })
    const later = drawn(flow)
    expect(flow.bringBack(version, 'Bring back version 1')).toBe(true)
    expect(drawn(flow)).toEqual(version)
    expect(labels(flow).at(-1)).toBe('Bring back version 1')
    expect(flow.bringBack(version, 'Bring back version 1')).toBe(false)
    flow.undo()
    expect(drawn(flow)).toEqual(later)
  })
})

describe('drawing', () => {
  it('adds a node, selects it and puts it on the grid', async () => {
    const { flow } = await openFlow()
    const id = flow.addNode('test/filter', { position: { x: 101, y: 53 } })
    expect(drawn(flow).nodes).toEqual([{ id, type: 'test/filter', config: {} }])
    expect(drawn(flow).layout[id]).toEqual({ x: 104, y: 56 })
    expect(selected(flow)).toEqual([id])
  })

  it('places a node that is wired to another beside it, and not on top of a third', async () => {
    const { flow } = await openFlow()
    const { source } = drawRow(flow)
    const second = flow.addNode('test/sink', { wireFrom: { node: source, port: 'out' } })
    const places = Object.values(drawn(flow).layout)
    expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(places.length)
    expect(drawn(flow).layout[second]!.x).toBeGreaterThan(drawn(flow).layout[source]!.x)
  })

  it('refuses wires that loop, double, join a node to itself or end at no port', async () => {
    const { flow, notices } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    const second = flow.addNode('test/filter', { wireFrom: { node: filter, port: 'rejected' } })
    const before = wires(flow)
    expect(flow.connect({ node: second, port: 'out' }, { node: filter, port: 'in' })).toBe(false)
    expect(flow.connect({ node: source, port: 'out' }, { node: filter, port: 'in' })).toBe(false)
    expect(flow.connect({ node: filter, port: 'out' }, { node: filter, port: 'in' })).toBe(false)
    expect(flow.connect({ node: source, port: 'nope' }, { node: sink, port: 'in' })).toBe(false)
    expect(wires(flow)).toEqual(before)
    expect(notices.map(({ text }) => text)).toEqual([
      expect.stringContaining('loop'),
      expect.stringContaining('already'),
      expect.stringContaining('itself'),
      expect.stringContaining('no such output'),
    ])
  })

  it('puts a node into a wire and shoves what comes after it', async () => {
    const { flow } = await openFlow()
    const { source, filter } = drawRow(flow)
    const wire = `${source}:out>${filter}:in`
    const before = drawn(flow).layout[filter]!.x
    const added = flow.addNode('test/filter', { onWire: wire, position: { x: 150, y: 0 } })
    expect(wires(flow)).toContain(`${source}:out>${added}:in`)
    expect(wires(flow)).toContain(`${added}:out>${filter}:in`)
    expect(wires(flow)).not.toContain(wire)
    expect(drawn(flow).layout[filter]!.x).toBeGreaterThan(before)
    flow.undo()
    expect(wires(flow)).toContain(wire)
    expect(drawn(flow).layout[filter]!.x).toBe(before)
  })

  it('closes the gap when a node is deleted with healing, and not without', async () => {
    const { flow } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    flow.deleteNodes([filter], { heal: true })
    expect(wires(flow)).toEqual([`${source}:out>${sink}:in`])
    flow.undo()
    flow.deleteNodes([filter])
    expect(wires(flow)).toEqual([])
  })

  it('does not heal by way of the error port', async () => {
    const { flow } = await openFlow()
    const source = flow.addNode('test/source')
    const filter = flow.addNode('test/filter', { wireFrom: { node: source, port: 'out' } })
    flow.addNode('test/sink', { wireFrom: { node: filter, port: 'error' } })
    flow.deleteNodes([filter], { heal: true })
    expect(wires(flow)).toEqual([])
  })

  it('moves the end of a wire and keeps it when the new place does not fit', async () => {
    const { flow } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    const wire = `${source}:out>${filter}:in`
    expect(flow.rewire(wire, { to: { node: sink, port: 'in' } })).toBe(true)
    expect(wires(flow)).toContain(`${source}:out>${sink}:in`)
    expect(flow.rewire(`${source}:out>${sink}:in`, { to: { node: sink, port: 'gone' } })).toBe(
      false,
    )
    expect(wires(flow)).toContain(`${source}:out>${sink}:in`)
  })

  it('takes the wires of a row along when the row goes', async () => {
    const { flow } = await openFlow()
    const node = flow.addNode('test/switch')
    flow.setConfig(node, 'cases', [{ id: 'a' }, { id: 'b' }])
    flow.addNode('test/sink', { wireFrom: { node, port: 'b' } })
    expect(wires(flow)).toHaveLength(1)
    flow.setConfig(node, 'cases', [{ id: 'a' }])
    expect(wires(flow)).toEqual([])
    flow.undo()
    expect(wires(flow)).toHaveLength(1)
  })

  it('replaces a type and keeps name, wires and the settings that fit', async () => {
    const { flow } = await openFlow()
    const { source, filter } = drawRow(flow)
    flow.rename(filter, 'Hot?')
    flow.setConfig(filter, 'condition', 'x > 1')
    flow.replaceType(filter, 'test/sink')
    const node = flow.store.getState().document.nodes.get(filter)
    expect(node).toEqual({
      id: filter,
      type: 'test/sink',
      name: 'Hot?',
      config: { condition: 'x > 1' },
    })
    expect(wires(flow)).toEqual([`${source}:out>${filter}:in`])
  })

  it('detaches a node from its wires and lets the rest go on', async () => {
    const { flow } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    flow.detach([filter])
    expect(wires(flow)).toEqual([`${source}:out>${sink}:in`])
    expect(flow.store.getState().document.nodes.has(filter)).toBe(true)
  })

  it('leaves no group without nodes behind', async () => {
    const { flow } = await openFlow()
    const { source, filter } = drawRow(flow)
    flow.select([source, filter])
    flow.group('Inlet')
    flow.deleteNodes([source])
    expect(drawn(flow).groups?.[0]?.nodes).toEqual([filter])
    flow.deleteNodes([filter])
    expect(drawn(flow).groups).toBeUndefined()
  })

  it('tidies up from left to right without covering anything', async () => {
    const { flow } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    flow.moveNodes(
      new Map([source, filter, sink].map((id, index) => [id, { x: -index * 10, y: 0 }])),
    )
    flow.clearSelection()
    await flow.tidyUp()
    const x = (id: string) => drawn(flow).layout[id]!.x
    expect(x(filter)).toBeGreaterThanOrEqual(x(source) + 200)
    expect(x(sink)).toBeGreaterThanOrEqual(x(filter) + 200)
    flow.undo()
    expect(x(filter)).toBe(-10)
  })
})

describe('the clipboard', () => {
  it('carries nodes with the wires between them, under new ids', async () => {
    const { flow } = await openFlow()
    const { source, filter, sink } = drawRow(flow)
    flow.select([source, filter])
    const text = flow.copy()!
    expect(flow.paste(text)).toBe(true)
    expect(drawn(flow).nodes).toHaveLength(5)
    expect(wires(flow)).toHaveLength(3)
    expect(selected(flow)).toHaveLength(2)
    expect(selected(flow)).not.toContain(source)
    expect(drawn(flow).nodes.map(({ id }) => id)).toContain(sink)
  })

  it('carries them from one flow to another', async () => {
    const bench = await openBench()
    const first = inFront(bench)
    const { source, filter } = drawRow(first)
    first.setConfig(filter, 'condition', 'a')
    first.select([source, filter])
    const text = first.cut()!
    const second = (await bench.editor.createFlow('Second'))!
    second.paste(text, { at: { x: 0, y: 0 } })
    expect(drawn(first).nodes).toHaveLength(1)
    expect(drawn(second).nodes).toHaveLength(2)
    expect(drawn(second).nodes.map(({ config }) => config)).toContainEqual({ condition: 'a' })
  })

  it.each([
    'nonsense',
    '{"millrace":1}',
    '[1,2]',
    '{"millrace":2,"nodes":[]}',
    '{"millrace":1,"nodes":[{"id":1}]}',
  ])('does nothing with %s', async (text) => {
    const { flow } = await openFlow()
    expect(flow.paste(text)).toBe(false)
    expect(drawn(flow).nodes).toEqual([])
  })

  it('leaves out wires and groups whose nodes are not there', async () => {
    const { flow } = await openFlow()
    const text = JSON.stringify({
      millrace: 1,
      nodes: [{ id: 'a', type: 'test/source', config: {} }],
      wires: [{ from: { node: 'a', port: 'out' }, to: { node: 'gone', port: 'in' } }],
      groups: [{ id: 'g', name: 'G', nodes: ['gone'] }],
      layout: { a: { x: 0, y: 'far' } },
    })
    expect(flow.paste(text)).toBe(true)
    expect(drawn(flow).wires).toEqual([])
    expect(drawn(flow).groups).toBeUndefined()
  })

  it('makes a copy and its move one step', async () => {
    const { flow } = await openFlow()
    const id = flow.addNode('test/source')
    flow.select([id])
    flow.duplicate({ x: 0, y: 0 })
    const [copy] = selected(flow)
    flow.moveNodes(new Map([[copy!, { x: 400, y: 400 }]]), { isContinued: true })
    expect(labels(flow)).toEqual(['Add Source', 'Duplicate Source'])
    flow.undo()
    expect(drawn(flow).nodes).toHaveLength(1)
  })
})

describe('undo and redo', () => {
  it('makes typing one step, and what is typed after a pause another', async () => {
    const { flow, clock } = await openFlow()
    const id = flow.addNode('test/filter')
    for (const text of ['a', 'ab', 'abc']) flow.setConfig(id, 'condition', text)
    await clock.pass(5000)
    flow.setConfig(id, 'condition', 'abcd')
    expect(labels(flow)).toEqual([
      'Add Filter',
      'Set Condition of Filter',
      'Set Condition of Filter',
    ])
    flow.undo()
    expect(drawn(flow).nodes[0]?.config).toEqual({ condition: 'abc' })
    flow.undo()
    expect(drawn(flow).nodes[0]?.config).toEqual({})
    flow.redo()
    expect(drawn(flow).nodes[0]?.config).toEqual({ condition: 'abc' })
  })

  it('forgets a step that was taken back by typing', async () => {
    const { flow } = await openFlow()
    const id = flow.addNode('test/filter')
    flow.setConfig(id, 'condition', 'a')
    flow.setConfig(id, 'condition', undefined)
    expect(labels(flow)).toEqual(['Add Filter'])
  })

  it('forgets what was undone once something else is done', async () => {
    const { flow } = await openFlow()
    flow.addNode('test/source')
    flow.undo()
    flow.addNode('test/sink')
    flow.redo()
    expect(drawn(flow).nodes.map(({ type }) => type)).toEqual(['test/sink'])
  })

  it('keeps 500 steps', async () => {
    const { flow } = await openFlow()
    for (let step = 0; step < 510; step++) flow.addNode('test/note', { position: { x: 0, y: 0 } })
    for (let step = 0; step < 600; step++) flow.undo()
    expect(drawn(flow).nodes).toHaveLength(10)
  })

  it('goes to any step of the history', async () => {
    const { flow } = await openFlow()
    drawRow(flow)
    flow.goTo(1)
    expect(drawn(flow).nodes).toHaveLength(1)
    flow.goTo(3)
    expect(drawn(flow).nodes).toHaveLength(3)
  })

  it('keeps no selection of what is gone', async () => {
    const { flow } = await openFlow()
    flow.addNode('test/source')
    flow.undo()
    expect(selected(flow)).toEqual([])
    expect(flow.store.getState().focus).toBeUndefined()
  })

  it('comes back after a reload, and still fits', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    drawRow(flow)
    await bench.clock.pass(5000)
    const again = inFront(await openBench(bench))
    await settled()
    expect(labels(again)).toHaveLength(3)
    again.undo()
    expect(drawn(again).nodes).toHaveLength(2)
  })

  it('starts anew when somebody else changed the flow meanwhile', async () => {
    const bench = await openBench()
    drawRow(inFront(bench))
    await bench.clock.pass(5000)
    bench.server.edit('main', (flow) => ({ ...flow, title: 'Other' }))
    const again = inFront(await openBench(bench))
    await settled()
    expect(labels(again)).toEqual([])
  })
})

describe('undo and redo of anything', () => {
  type Move = (flow: FlowEditor, pick: (count: number) => number) => unknown

  const nodes = (flow: FlowEditor) => [...flow.store.getState().document.nodes.keys()]
  const one = (flow: FlowEditor, pick: (count: number) => number) => {
    const all = nodes(flow)
    return all[pick(all.length)] ?? 'none'
  }
  const types = ['test/source', 'test/filter', 'test/switch', 'test/sink', 'test/note']
  const moves: readonly Move[] = [
    (flow, pick) => flow.addNode(types[pick(types.length)]!),
    (flow, pick) =>
      flow.addNode('test/filter', { wireFrom: { node: one(flow, pick), port: 'out' } }),
    (flow, pick) => {
      const all = wires(flow)
      const onWire = all[pick(all.length)]
      return flow.addNode('test/filter', onWire === undefined ? {} : { onWire })
    },
    (flow, pick) =>
      flow.connect({ node: one(flow, pick), port: 'out' }, { node: one(flow, pick), port: 'in' }),
    (flow, pick) => flow.disconnect(wires(flow).slice(0, pick(3))),
    (flow, pick) => flow.moveNodes(new Map([[one(flow, pick), { x: pick(900), y: pick(900) }]])),
    (flow, pick) =>
      flow.setConfig(one(flow, pick), 'condition', pick(2) === 0 ? undefined : pick(9)),
    (flow, pick) => flow.setConfig(one(flow, pick), 'cases', [{ id: 'one' }].slice(pick(2))),
    (flow, pick) => flow.rename(one(flow, pick), ['', 'A', 'B'][pick(3)]!),
    (flow, pick) => flow.setDisabled([one(flow, pick)], pick(2) === 0),
    (flow, pick) => flow.deleteNodes([one(flow, pick)], { heal: pick(2) === 0 }),
    (flow, pick) => flow.detach([one(flow, pick)]),
    (flow, pick) => flow.replaceType(one(flow, pick), types[pick(types.length)]!),
    (flow, pick) => flow.select([one(flow, pick), one(flow, pick)]),
    (flow) => flow.duplicate(),
    (flow) => flow.group('G'),
    (flow) => flow.ungroup(flow.store.getState().document.groups.keys()),
    (flow, pick) => flow.nudge({ x: pick(20), y: 8 }),
    (flow) => flow.deleteSelection(),
    (flow) => flow.setTitle('T'),
    (flow) => flow.endTyping(),
    (flow) => flow.undo(),
    (flow) => flow.redo(),
  ]

  it('undoes all to what was there first, and redoes all to what was there last (property)', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(moves.length - 1), fc.infiniteStream(fc.nat(1_000_000))), {
          maxLength: 40,
        }),
        (steps) => {
          flow.goTo(0)
          const first = drawn(flow)
          for (const [move, numbers] of steps) {
            const pick = (count: number) =>
              count === 0 ? 0 : (numbers.next().value as number) % count
            moves[move]?.(flow, pick)
          }
          flow.goTo(flow.store.getState().history.transactions.length)
          const last = drawn(flow)
          flow.goTo(0)
          expect(drawn(flow)).toEqual(first)
          flow.goTo(flow.store.getState().history.transactions.length)
          expect(drawn(flow)).toEqual(last)
          for (const { from, to } of last.wires) {
            expect(last.nodes.map(({ id }) => id)).toContain(from.node)
            expect(last.nodes.map(({ id }) => id)).toContain(to.node)
          }
          expect(Object.keys(last.layout).toSorted()).toEqual(last.nodes.map(({ id }) => id))
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('what deploying would cost', () => {
  const losses = async (flow: FlowEditor) =>
    (await flow.stateLosses()).map(({ node, because }) => `${node} ${because}`)

  it('is nothing for a flow that never ran', async () => {
    const { flow } = await openFlow()
    drawRow(flow)
    expect(await losses(flow)).toEqual([])
  })

  it('is the state of a node that is removed, or set to something else', async () => {
    const { flow } = await openFlow()
    const { filter } = drawRow(flow)
    await flow.deploy()
    expect(await losses(flow)).toEqual([])
    flow.setConfig(filter, 'condition', 'other')
    expect(await losses(flow)).toEqual([`${filter} shape`])
    flow.deleteNodes([filter])
    expect(await losses(flow)).toEqual([`${filter} removed`])
  })
})

describe('resetting state', () => {
  it('is refused while the flow runs, of which the person is told', async () => {
    const { flow, notices } = await openFlow()
    drawRow(flow)
    await flow.deploy()
    expect(await flow.resetState()).toBe(false)
    expect(notices.at(-1)).toMatchObject({ kind: 'error', text: 'Not reset' })
    await flow.stop()
    expect(await flow.resetState()).toBe(true)
    expect(notices.at(-1)).toMatchObject({ kind: 'done', text: 'State reset' })
  })
})

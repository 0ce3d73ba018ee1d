import { describe, expect, it } from 'vitest'
import { toFlow } from './document.ts'
import { inFront, openBench, settled } from './testing/bench.ts'

describe('saving', () => {
  it('saves by itself, once, half a second after the last change', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const id = flow.addNode('test/source')
    await bench.clock.pass(400)
    flow.setConfig(id, 'topic', 'a')
    await bench.clock.pass(400)
    expect(bench.server.patches).toEqual([])
    expect(flow.store.getState().saveState).toBe('waiting')
    await bench.clock.pass(200)
    expect(bench.server.patches).toHaveLength(1)
    expect(flow.store.getState().saveState).toBe('saved')
    expect(bench.server.flow('main')).toEqual(toFlow(flow.store.getState().document))
  })

  it('sends only what changed', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const kept = flow.addNode('test/source', { position: { x: 0, y: 0 } })
    const gone = flow.addNode('test/filter', { wireFrom: { node: kept, port: 'out' } })
    await flow.save()
    flow.moveNodes(new Map([[kept, { x: 80, y: 0 }]]))
    flow.deleteNodes([gone])
    await flow.save()
    expect(bench.server.patches.at(-1)).toEqual({
      revision: '2',
      removeNodes: [gone],
      removeWires: [{ from: { node: kept, port: 'out' }, to: { node: gone, port: 'in' } }],
      setLayout: { [kept]: { x: 80, y: 0 } },
    })
  })

  it('puts its own changes on top of what somebody else saved meanwhile', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const mine = flow.addNode('test/source', { position: { x: 0, y: 0 } })
    await flow.save()
    bench.server.edit('main', (theirs) => ({
      ...theirs,
      nodes: [...theirs.nodes, { id: 'theirs', type: 'test/sink', config: {} }],
      layout: { ...theirs.layout, theirs: { x: 400, y: 0 } },
    }))
    flow.rename(mine, 'Mine')
    await flow.save()
    const { nodes } = bench.server.flow('main')
    expect(nodes.map(({ id, name }) => name ?? id).toSorted()).toEqual(['Mine', 'theirs'])
    expect(toFlow(flow.store.getState().document)).toEqual(bench.server.flow('main'))
  })

  it('lets what came from elsewhere be undone like anything else', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const revision = bench.server.edit('main', (theirs) => ({
      ...theirs,
      nodes: [{ id: 'theirs', type: 'test/sink', config: {} }],
      layout: { theirs: { x: 0, y: 0 } },
    }))
    await flow.onSavedElsewhere(revision)
    expect(flow.store.getState().document.nodes.size).toBe(1)
    expect(flow.store.getState().history.transactions.at(-1)?.label).toBe('Changes made elsewhere')
    expect(bench.notices.at(-1)?.text).toBe('main was changed elsewhere')
    flow.undo()
    expect(flow.store.getState().document.nodes.size).toBe(0)
  })

  it('drops wires to a node that somebody else deleted', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const source = flow.addNode('test/source')
    const sink = flow.addNode('test/sink')
    await flow.save()
    bench.server.edit('main', (theirs) => ({
      ...theirs,
      nodes: theirs.nodes.filter(({ id }) => id !== sink),
      layout: {},
    }))
    flow.connect({ node: source, port: 'out' }, { node: sink, port: 'in' })
    await flow.save()
    expect(bench.server.flow('main').wires).toEqual([])
  })

  it('ignores the news of its own save', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    flow.addNode('test/source')
    await flow.save()
    await flow.onSavedElsewhere('2')
    expect(flow.store.getState().history.transactions).toHaveLength(1)
  })

  it('says so when the server is away, and saves when it is back', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    bench.server.isReachable = false
    flow.addNode('test/source')
    await bench.clock.pass(1000)
    expect(flow.store.getState().saveState).toBe('failed')
    bench.server.isReachable = true
    await bench.editor.refresh()
    expect(flow.store.getState().saveState).toBe('saved')
    expect(bench.server.flow('main').nodes).toHaveLength(1)
  })

  it('does not lose what is drawn while a save is on its way', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    flow.addNode('test/source')
    const { patchFlow } = bench.editor.api
    Object.assign(bench.editor.api, {
      patchFlow: (...request: Parameters<typeof patchFlow>) => {
        Object.assign(bench.editor.api, { patchFlow })
        flow.addNode('test/sink')
        return patchFlow(...request)
      },
    })
    await flow.save()
    expect(flow.store.getState().saveState).toBe('waiting')
    await bench.clock.pass(1000)
    expect(bench.server.flow('main').nodes).toHaveLength(2)
  })
})

describe('deploying', () => {
  it('saves first, and then runs what is drawn', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    flow.addNode('test/source')
    expect(flow.undeployed().count).toBe(1)
    await flow.deploy()
    expect(bench.server.flows.get('main')?.deployed?.nodes).toHaveLength(1)
    expect(flow.undeployed().count).toBe(0)
    expect(flow.store.getState().deployment.state).toBe('running')
    expect(bench.notices.at(-1)?.text).toBe('Deployed')
  })

  it('counts nodes and wires that are not running yet, but not where they stand', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const source = flow.addNode('test/source')
    await flow.deploy()
    flow.moveNodes(new Map([[source, { x: 500, y: 500 }]]))
    expect(flow.undeployed().count).toBe(0)
    flow.setConfig(source, 'topic', 'a')
    flow.addNode('test/sink', { wireFrom: { node: source, port: 'out' } })
    const { added, changed, wiresAdded, count } = flow.undeployed()
    expect([added.length, changed.length, wiresAdded, count]).toEqual([1, 1, 1, 3])
  })

  it('tells why it did not, and leaves everything as it was', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    bench.server.isReachable = false
    flow.addNode('test/source')
    expect(await flow.deploy()).toBeUndefined()
    expect(bench.notices.at(-1)).toMatchObject({ kind: 'error', text: 'Not deployed' })
    expect(flow.store.getState().isDeploying).toBe(false)
  })

  it('learns what somebody else deployed', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    flow.addNode('test/source')
    await flow.save()
    const { deployment } = await bench.editor.api.deploy('main', {})
    expect(flow.undeployed().count).toBe(1)
    bench.editor.onDeployment('main', deployment)
    await settled()
    expect(flow.undeployed().count).toBe(0)
    expect(flow.store.getState().deployment.state).toBe('running')
  })

  it('passes the button of a node on', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    await flow.action('inject-1', 'go')
    expect(bench.server.actions).toEqual(['main/inject-1/go'])
  })
})

describe('problems', () => {
  it('are found a moment after a change, and gone when it is mended', async () => {
    const bench = await openBench()
    const flow = inFront(bench)
    const filter = flow.addNode('test/filter')
    await bench.clock.pass(200)
    expect(flow.store.getState().problems.map(({ node, field }) => [node, field])).toEqual([
      [filter, 'condition'],
    ])
    flow.setConfig(filter, 'condition', 'x')
    await bench.clock.pass(200)
    expect(flow.store.getState().problems).toEqual([])
  })
})

describe('the session', () => {
  it('opens what was open last', async () => {
    const bench = await openBench()
    await bench.editor.createFlow('Second')
    await bench.editor.createFlow('Third')
    bench.editor.closeTab('second')
    await bench.editor.openFlow('main')
    await settled()
    const { editor } = await openBench(bench)
    expect(editor.session.getState().tabs).toEqual(['main', 'third'])
    expect(editor.session.getState().active).toBe('main')
  })

  it('closes the tab of a flow that somebody deleted', async () => {
    const bench = await openBench()
    bench.server.flows.delete('main')
    await bench.editor.onSaved('main', null)
    expect(bench.editor.session.getState().tabs).toEqual([])
    expect(bench.editor.active()).toBeUndefined()
  })

  it('saves a flow before its tab goes', async () => {
    const bench = await openBench()
    inFront(bench).addNode('test/source')
    bench.editor.closeTab('main')
    await settled()
    expect(bench.server.flow('main').nodes).toHaveLength(1)
    expect(bench.editor.session.getState().editors.size).toBe(0)
  })

  it('says why it could not load, and can try again', async () => {
    const bench = await openBench()
    const { api } = bench.editor
    const { flows } = api
    Object.assign(api, { flows: () => Promise.reject(new Error('away')) })
    await bench.editor.load()
    expect(bench.editor.session.getState().loadError).toBe('away')
    Object.assign(api, { flows })
    await bench.editor.load()
    expect(bench.editor.session.getState().loadError).toBeUndefined()
  })
})

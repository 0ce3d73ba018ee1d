import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Flow } from '@millrace/flow'
import { startGrafanaStub } from '@millrace/services'
import type { GrafanaStub } from '@millrace/services'
import { StoreWriter } from '@millrace/store'
import { DeadLetterFile, lettersFile } from '../engine-process/durable/dead-letter-file.ts'
import { SupervisorError } from '../supervisor/supervisor.ts'
import { FakeSupervisor } from '../testing/fake-supervisor.ts'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'
import { findMismatch } from './openapi/schema.ts'
import { schemas } from './openapi/schemas.ts'
import { allRoutes } from './routes/all-routes.ts'
import type { Route } from './route.ts'

let it: TestServer

beforeEach(async () => {
  it = await openTestServer()
})

afterEach(async () => {
  await it.end()
  await removeFolder(it.folder)
})

const json = (path: string) => it.send('GET', path).then((reply) => reply.body)
const put = (path: string, body: unknown) => it.send('PUT', path, { body })
const post = (path: string, body?: unknown) => it.send('POST', path, { body })
const patch = (path: string, body: unknown) => it.send('PATCH', path, { body })

const broker = { id: 'b1', type: 'test/broker', name: 'Broker', config: { host: 'localhost' } }

const demo: Flow = {
  millrace: 1,
  name: 'demo',
  title: 'Demo',
  nodes: [
    { id: 'end', type: 'test/sink', config: { topic: 'x' } },
    { id: 'start', type: 'test/source', config: { broker: 'b1' } },
  ],
  wires: [{ from: { node: 'start', port: 'out' }, to: { node: 'end', port: 'in' } }],
  layout: { end: { x: 200, y: 0 }, start: { x: 0, y: 0 } },
}

/** Saves the demo flow with its connection; gives the revision. */
async function saveDemo(flow: Flow = demo): Promise<string> {
  await put('/api/connections/b1', broker)
  await post('/api/flows', { name: flow.name, title: flow.title })
  const { status, body } = await put(`/api/flows/${flow.name}`, { flow })
  expect(status).toBe(200)
  return body.revision
}

describe('flows', () => {
  test('are added, saved, read, listed and deleted', async () => {
    const created = await post('/api/flows', { title: 'Cold store' })
    expect(created.status).toBe(201)
    expect(created.body.flow).toMatchObject({ name: 'cold-store', nodes: [], wires: [] })
    expect((await post('/api/flows', { title: 'Cold store' })).body.flow.name).toBe('cold-store-2')
    await saveDemo()
    const read = await json('/api/flows/demo')
    expect(read.flow).toEqual(demo)
    expect(read.problems).toEqual([])
    expect(read.deployment).toEqual({ state: 'stopped', restarts: 0 })
    const { flows } = await json('/api/flows')
    expect(flows.map((flow: { name: string }) => flow.name)).toEqual([
      'cold-store',
      'cold-store-2',
      'demo',
    ])
    expect(flows[2]).toMatchObject({ nodeCount: 2, hasUndeployedChanges: true })
    expect((await it.send('DELETE', '/api/flows/cold-store')).status).toBe(204)
    expect((await it.send('GET', '/api/flows/cold-store')).status).toBe(404)
  })

  test('are stored in canonical text, one flow a file', async () => {
    await saveDemo()
    const text = await readFile(join(it.folder, 'flows', 'demo.json'), 'utf8')
    expect(JSON.parse(text)).toEqual(demo)
    expect(text).toContain('\n    { "from": { "node": "start", "port": "out" }')
  })

  test('with a name that is taken are refused', async () => {
    await saveDemo()
    const { status, body } = await post('/api/flows', { name: 'demo', title: 'Demo' })
    expect([status, body.code]).toEqual([409, 'FLOW_NAME_TAKEN'])
  })

  test('are saved with their problems, so that work in progress is kept', async () => {
    await saveDemo()
    const nodes = [{ id: 'odd', type: 'acme/odd', config: {} }]
    const { status, body } = await put('/api/flows/demo', {
      flow: { ...demo, nodes, wires: [], layout: {} },
    })
    expect(status).toBe(200)
    expect(body.problems).toEqual([expect.objectContaining({ code: 'TYPE_UNKNOWN', node: 'odd' })])
  })

  test('that somebody else saved meanwhile are not written over', async () => {
    const revision = await saveDemo()
    await put('/api/flows/demo', { flow: { ...demo, title: 'Other' }, revision })
    const late = await put('/api/flows/demo', { flow: demo, revision })
    expect([late.status, late.body.code]).toEqual([409, 'FLOW_REVISION_OLD'])
    const patched = await patch('/api/flows/demo', { revision, title: 'Mine' })
    expect(patched.status).toBe(409)
    expect((await json('/api/flows/demo')).flow.title).toBe('Other')
  })

  test('are changed by patches', async () => {
    const revision = await saveDemo()
    const changed = { id: 'end', type: 'test/sink', config: { topic: 'y'.repeat(51) } }
    const { status, body } = await patch('/api/flows/demo', {
      revision,
      setNodes: [changed],
      setLayout: { end: { x: 1, y: 2 } },
    })
    expect(status).toBe(200)
    expect(body.revision).not.toBe(revision)
    expect(body.problems).toEqual([
      expect.objectContaining({ code: 'FIELD_TOO_LONG', node: 'end', field: 'topic' }),
    ])
    const { flow } = await json('/api/flows/demo')
    expect(flow).toEqual({
      ...demo,
      nodes: [changed, demo.nodes[1]],
      layout: { ...demo.layout, end: { x: 1, y: 2 } },
    })
  })

  test('two patches of the same revision at once: one is told to load again', async () => {
    const revision = await saveDemo()
    const replies = await Promise.all(
      ['One', 'Two'].map((title) => patch('/api/flows/demo', { revision, title })),
    )
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200, 409]))
  })

  test('with a secret in them are refused, by patch too', async () => {
    const revision = await saveDemo()
    const leaky = { id: 'end', type: 'test/sink', config: { token: 'hunter2' } }
    const patched = await patch('/api/flows/demo', { revision, setNodes: [leaky] })
    expect([patched.status, patched.body.code]).toEqual([422, 'SECRET_IN_DOCUMENT'])
    expect(patched.body.problems[0]).toMatchObject({ node: 'end', field: 'token' })
    const saved = await put('/api/flows/demo', { flow: { ...demo, nodes: [leaky], wires: [] } })
    expect(saved.status).toBe(422)
    expect(await readFile(join(it.folder, 'flows', 'demo.json'), 'utf8')).not.toContain('hunter2')
  })

  test('are checked without being saved', async () => {
    const { body } = await post('/api/flows/demo/check', {
      flow: {
        ...demo,
        wires: [{ from: { node: 'a', port: 'b' }, to: { node: 'end', port: 'in' } }],
      },
    })
    expect(body.problems[0]).toMatchObject({ code: 'CONNECTION_MISSING', node: 'start' })
    expect(body.problems[1]).toMatchObject({ code: 'WIRE_TO_NOWHERE', node: 'end' })
    expect((await json('/api/flows')).flows).toEqual([])
  })
})

describe('deployments', () => {
  test('run what is saved, with its connections and secrets', async () => {
    await saveDemo()
    await put('/api/connections/unused', { ...broker, id: 'unused' })
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'pw' })
    await put('/api/secrets', { owner: 'flow/demo/end', field: 'token', value: 'tk' })
    await put('/api/secrets', { owner: 'flow/other/end', field: 'token', value: 'no' })
    const { status, body } = await post('/api/flows/demo/deploy', { note: 'first' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      deployment: { state: 'running', version: 1 },
      started: ['end', 'start'],
      problems: [],
    })
    expect(it.supervisor.deployed[0]?.spec).toEqual({
      flow: demo,
      connections: [broker],
      secrets: { 'connection/b1': { password: 'pw' }, 'flow/demo/end': { token: 'tk' } },
      titles: { 'test/source': '', 'test/sink': '' },
    })
    const { flows } = await json('/api/flows')
    expect(flows[0]).toMatchObject({ hasUndeployedChanges: false })
  })

  test('of a wrong flow are refused and leave running what ran', async () => {
    const revision = await saveDemo()
    await post('/api/flows/demo/deploy')
    await patch('/api/flows/demo', { revision, removeNodes: ['end'], addWires: demo.wires })
    const { status, body } = await post('/api/flows/demo/deploy')
    expect([status, body.code]).toEqual([422, 'FLOW_INVALID'])
    expect(body.problems[0]).toMatchObject({ code: 'WIRE_TO_NOWHERE', node: 'start' })
    expect(it.supervisor.deployed).toHaveLength(1)
    const saved = await json('/api/flows/demo')
    expect(saved.deployment).toMatchObject({ state: 'running', version: 1 })
    expect(saved.deployed).toEqual(demo)
  })

  test('that do not start say which node is to blame', async () => {
    await saveDemo()
    it.supervisor.failure = new SupervisorError('BROKEN', 'It does not start', 'end')
    const { status, body } = await post('/api/flows/demo/deploy')
    expect([status, body.code]).toEqual([422, 'BROKEN'])
    expect(body.problems).toEqual([
      { severity: 'error', code: 'BROKEN', message: 'It does not start', node: 'end' },
    ])
  })

  test('save a change and run it in one request', async () => {
    const revision = await saveDemo()
    await post('/api/flows/demo/deploy')
    const { body } = await post('/api/flows/demo/deploy', {
      patch: { revision, setNodes: [{ id: 'end', type: 'test/sink', config: { topic: 'z' } }] },
    })
    expect(body.deployment.version).toBe(2)
    expect(body.revision).toBe((await json('/api/flows/demo')).revision)
    expect(it.supervisor.deployed[1]?.spec.flow.nodes[0]?.config).toEqual({ topic: 'z' })
    const late = await post('/api/flows/demo/deploy', { patch: { revision, title: 'Late' } })
    expect(late.status).toBe(409)
  })

  test('with a change are kept as one version, and not at all where the change is wrong', async () => {
    const revision = await saveDemo()
    const wrong = [{ id: 'end', type: 'test/gone', config: {} }]
    const refused = await post('/api/flows/demo/deploy', { patch: { revision, setNodes: wrong } })
    expect([refused.status, refused.body.code]).toEqual([422, 'FLOW_INVALID'])
    expect(await json('/api/flows/demo/versions')).toEqual({ versions: [] })
    const saved = await json('/api/flows/demo')
    const right = [{ id: 'end', type: 'test/sink', config: { topic: 'z' } }]
    await post('/api/flows/demo/deploy', {
      note: 'mended',
      patch: { revision: saved.revision, setNodes: right },
    })
    const { versions } = await json('/api/flows/demo/versions')
    expect(versions).toMatchObject([{ number: 1, note: 'mended', isRunning: true }])
  })

  test('keep every version; the same flow again is no new one', async () => {
    const revision = await saveDemo()
    await post('/api/flows/demo/deploy', { note: 'one' })
    await post('/api/flows/demo/deploy', { note: 'again' })
    it.nowMs += 5
    await patch('/api/flows/demo', { revision, title: 'Two' })
    await post('/api/flows/demo/deploy')
    const { versions } = await json('/api/flows/demo/versions')
    expect(versions).toEqual([
      { number: 2, deployedAt: 1_000_005, nodeCount: 2, isRunning: true },
      { number: 1, deployedAt: 1_000_000, note: 'one', nodeCount: 2, isRunning: false },
    ])
    const old = await json('/api/flows/demo/versions/1')
    expect(old.flow).toEqual(demo)
    expect((await it.send('GET', '/api/flows/demo/versions/3')).status).toBe(404)
  })

  test('bring an old version back', async () => {
    const revision = await saveDemo()
    await post('/api/flows/demo/deploy')
    await patch('/api/flows/demo', { revision, title: 'Two' })
    await post('/api/flows/demo/deploy')
    const { body } = await post('/api/flows/demo/deploy', { version: 1 })
    expect(body.deployment.version).toBe(1)
    expect(it.supervisor.deployed.at(-1)?.spec.flow.title).toBe('Demo')
    const saved = await json('/api/flows/demo')
    expect(saved.flow.title).toBe('Two')
    expect(saved.deployed.title).toBe('Demo')
    expect((await post('/api/flows/demo/deploy', { version: 9 })).status).toBe(404)
  })

  test('that lose the engine as they start run when it is back', async () => {
    await saveDemo()
    const supervisor = new FakeSupervisor()
    it.supervisor.failure = supervisor.failure = new SupervisorError('ENGINE_GONE', 'Gone')
    expect((await post('/api/flows/demo/deploy')).status).toBe(422)
    await it.end()
    it = await openTestServer({ folder: it.folder, supervisor })
    expect((await json('/api/flows/demo')).deployment.state).toBe('restarting')
    supervisor.bringBack()
    expect((await json('/api/flows/demo')).deployment.state).toBe('running')
  })

  test('come back when the server starts again', async () => {
    await saveDemo()
    await post('/api/flows/demo/deploy')
    await it.end()
    it = await openTestServer({ folder: it.folder })
    expect(it.supervisor.deployed).toMatchObject([{ version: 1, spec: { flow: { name: 'demo' } } }])
    expect((await json('/api/flows/demo')).deployment).toMatchObject({
      state: 'running',
      version: 1,
    })
  })

  test('forget what they remember only while they do not run', async () => {
    await saveDemo()
    await post('/api/flows/demo/deploy')
    const state = join(it.folder, 'state')
    await mkdir(join(it.folder, 'intake', 'demo', 'source'), { recursive: true })
    await mkdir(state)
    for (const name of ['demo.sqlite', 'demo.sqlite-wal', 'demo-2.sqlite']) {
      // oxlint-disable-next-line no-await-in-loop -- three small files
      await writeFile(join(state, name), 'state')
    }
    const refused = await it.send('DELETE', '/api/flows/demo/state')
    expect([refused.status, refused.body.code]).toEqual([409, 'FLOW_RUNNING'])
    await post('/api/flows/demo/stop')
    const stopped = await it.send('GET', '/api/flows/demo')
    expect(stopped.body.deployment.durability).toEqual({ stateBytes: 10, intakeBytes: 0 })
    const { status, body } = await it.send('DELETE', '/api/flows/demo/state')
    expect([status, body.deployment.state]).toEqual([200, 'stopped'])
    expect(await readdir(state)).toEqual(['demo-2.sqlite'])
    expect(await readdir(join(it.folder, 'intake'))).toEqual([])
    expect(it.supervisor.reset).toEqual(['demo'])
    const reset = await it.send('GET', '/api/flows/demo')
    expect(reset.body.deployment.durability).toBeUndefined()
  })

  test('that were stopped stay stopped', async () => {
    await saveDemo()
    await post('/api/flows/demo/deploy')
    const { body } = await post('/api/flows/demo/stop')
    expect(body.deployment.state).toBe('stopped')
    await it.end()
    it = await openTestServer({ folder: it.folder })
    expect(it.supervisor.deployed).toEqual([])
  })

  test('of a change that does not start leave the version before for the next start', async () => {
    const revision = await saveDemo()
    await post('/api/flows/demo/deploy')
    it.supervisor.failure = new SupervisorError('BROKEN', 'No', 'end')
    it.supervisor.keepsRunning = true
    const { status } = await post('/api/flows/demo/deploy', { patch: { revision, title: 'Bad' } })
    expect(status).toBe(422)
    const saved = await json('/api/flows/demo')
    expect(saved.deployment).toMatchObject({ state: 'running', version: 1 })
    expect(saved.deployed.title).toBe('Demo')
    await it.end()
    it = await openTestServer({ folder: it.folder })
    expect(it.supervisor.deployed).toMatchObject([{ version: 1 }])
  })

  test('of changed connections and secrets are told as changes', async () => {
    await saveDemo()
    await post('/api/flows/demo/deploy')
    const hasChanges = async () => (await json('/api/flows')).flows[0].hasUndeployedChanges
    await put('/api/connections/b1', { ...broker, config: { host: 'elsewhere' } })
    expect(await hasChanges()).toBe(true)
    await post('/api/flows/demo/deploy')
    expect(await hasChanges()).toBe(false)
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'pw' })
    expect(await hasChanges()).toBe(true)
  })
})

describe('nodes', () => {
  test('are made to act, as deployed', async () => {
    await saveDemo()
    const path = '/api/flows/demo/nodes/start/actions/inject'
    expect((await post(path)).body.code).toBe('NODE_NOT_RUNNING')
    await post('/api/flows/demo/deploy')
    expect((await post(path, { argument: { a: 1 } })).status).toBe(204)
    expect(it.supervisor.actions).toEqual([
      { flow: 'demo', node: 'start', name: 'inject', argument: { a: 1 } },
    ])
    const refused = await post('/api/flows/demo/nodes/start/actions/refuse')
    expect([refused.status, refused.body.code]).toEqual([409, 'ACTION_REFUSED'])
    const unknown = await post('/api/flows/demo/nodes/start/actions/explode')
    expect([unknown.status, unknown.body.code]).toEqual([404, 'ACTION_UNKNOWN'])
  })

  test('leave points of the last hour', async () => {
    await saveDemo()
    const points = [{ node: 'end', series: 's', times: [1_000, 2_000, 3_000], values: [1, 2, 3] }]
    it.supervisor.tell('points', 'demo', { flow: 'demo', points })
    expect(await json('/api/flows/demo/nodes/end/points')).toEqual({
      series: [{ name: 's', times: [1_000, 2_000, 3_000], values: [1, 2, 3] }],
    })
    expect(await json('/api/flows/demo/nodes/end/points?since=2500')).toEqual({
      series: [{ name: 's', times: [3_000], values: [3] }],
    })
    expect((await it.send('GET', '/api/flows/demo/nodes/end/points?since=soon')).status).toBe(400)
  })

  test('have types that say all about them', async () => {
    const { nodeTypes } = await json('/api/node-types')
    expect(nodeTypes.map((type: { type: string }) => type.type)).toEqual([
      'test/source',
      'test/sink',
      'test/checked',
      'test/broker',
    ])
  })

  test('tell their help when they are asked for it', async () => {
    const { nodeTypes } = await json('/api/node-types')
    expect(nodeTypes.some((type: object) => 'help' in type)).toBe(false)
    expect(await json('/api/node-help?type=test/source')).toEqual({ help: 'Sends **all**.' })
    expect(await json('/api/node-help?type=test/sink')).toEqual({})
    const unknown = await it.send('GET', '/api/node-help?type=__proto__')
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NODE_TYPE_UNKNOWN'])
  })
})

describe('connections', () => {
  test('are saved, listed, and deleted once nothing uses them', async () => {
    await saveDemo()
    expect(await json('/api/connections')).toEqual({ connections: [broker] })
    const used = await it.send('DELETE', '/api/connections/b1')
    expect([used.status, used.body.code]).toEqual([409, 'CONNECTION_IN_USE'])
    await it.send('DELETE', '/api/flows/demo')
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'pw' })
    expect((await it.send('DELETE', '/api/connections/b1')).status).toBe(204)
    expect(await json('/api/connections')).toEqual({ connections: [] })
    expect(await json('/api/secrets')).toEqual({ secrets: [] })
  })

  test('with a secret in them are refused', async () => {
    const { status, body } = await put('/api/connections/b1', {
      ...broker,
      config: { host: 'localhost', password: 'hunter2' },
    })
    expect([status, body.code]).toEqual([422, 'SECRET_IN_DOCUMENT'])
    expect(await json('/api/connections')).toEqual({ connections: [] })
  })

  test('are tested as saved, with their secrets', async () => {
    await saveDemo()
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'pw' })
    const { body } = await post('/api/connections/b1/test')
    expect(body.steps).toEqual([{ step: 'TCP connection', outcome: 'passed' }])
    expect(it.supervisor.tested[0]).toEqual([broker, { 'connection/b1': { password: 'pw' } }])
    expect((await post('/api/connections/nope/test')).status).toBe(404)
  })

  test('are tested step by step, with a line for each', async () => {
    await saveDemo()
    const { text } = await post('/api/connections/b1/test?live=true')
    expect(text).toBe('{"step":"TCP connection","outcome":"passed"}\n')
    expect((await post('/api/connections/nope/test?live=true')).status).toBe(404)
    it.supervisor.testConnection = () => Promise.reject(new Error('The engine is gone.'))
    const broken = await post('/api/connections/b1/test?live=true')
    expect(JSON.parse(broken.text)).toEqual({
      step: 'Test',
      outcome: 'failed',
      text: 'The engine is gone.',
    })
  })

  test('are tested before they are saved', async () => {
    const { status } = await post('/api/connections/b1/test', {
      connection: broker,
      secrets: { password: 'typed' },
    })
    expect(status).toBe(200)
    expect(it.supervisor.tested[0]).toEqual([broker, { 'connection/b1': { password: 'typed' } }])
    const wrong = await post('/api/connections/b1/test', {
      connection: { ...broker, config: { host: 'a b' } },
    })
    expect([wrong.status, wrong.body.code]).toEqual([422, 'FIELD_FORMAT'])
  })
})

describe('secrets', () => {
  test('are set and forgotten and never come out again', async () => {
    await saveDemo()
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'hunter2' })
    expect(await json('/api/secrets')).toEqual({
      secrets: [{ owner: 'connection/b1', field: 'password', setAt: 1_000_000 }],
    })
    await post('/api/flows/demo/deploy')
    const places = [
      '/api/flows/demo',
      '/api/connections',
      '/api/secrets',
      '/api/export',
      '/api/status',
    ]
    for (const place of places) expect((await it.send('GET', place)).text).not.toContain('hunter2')
    for (const file of ['secrets.json', 'flows/demo.json', 'versions/demo/1.json']) {
      expect(await readFile(join(it.folder, file), 'utf8')).not.toContain('hunter2')
    }
    const gone = await it.send('DELETE', '/api/secrets', {
      body: { owner: 'connection/b1', field: 'password' },
    })
    expect(gone.status).toBe(204)
    expect(await json('/api/secrets')).toEqual({ secrets: [] })
  })
})

describe('alerts', () => {
  test('are raised, acknowledged and cleared, and survive a restart', async () => {
    const report = {
      kind: 'alert',
      change: 'raised',
      key: 'd1',
      severity: 'critical',
      text: 'Too hot',
      time: 5,
    } as const
    it.supervisor.tell('alerts', 'demo', 'end', [report])
    expect((await json('/api/alerts')).alerts).toEqual([
      {
        flow: 'demo',
        node: 'end',
        key: 'd1',
        severity: 'critical',
        text: 'Too hot',
        state: 'open',
        raisedAt: 5,
      },
    ])
    const name = { flow: 'demo', node: 'end', key: 'd1' }
    const { body } = await post('/api/alerts/acknowledge', name)
    expect(body).toMatchObject({ state: 'acknowledged', acknowledgedAt: 1_000_000 })
    await it.end()
    it = await openTestServer({ folder: it.folder })
    expect((await json('/api/alerts')).alerts[0]).toMatchObject({ state: 'acknowledged' })
    it.supervisor.tell('alerts', 'demo', 'end', [{ ...report, change: 'cleared', time: 9 }])
    expect((await json('/api/alerts')).alerts[0]).toMatchObject({ state: 'cleared', clearedAt: 9 })
    const unknown = await post('/api/alerts/acknowledge', { ...name, key: 'd2' })
    expect(unknown.status).toBe(404)
  })
})

describe('export and import', () => {
  test('carry flows with their connections to an empty server', async () => {
    await saveDemo()
    await put('/api/secrets', { owner: 'connection/b1', field: 'password', value: 'pw' })
    const bundle = await json('/api/export?flows=demo')
    expect(bundle).toEqual({
      millrace: 1,
      flows: [demo],
      connections: [broker],
      secrets: [{ owner: 'connection/b1', field: 'password' }],
    })
    const other = await openTestServer()
    const { status, body } = await other.send('POST', '/api/import', { body: bundle })
    expect(status).toBe(200)
    expect(body).toEqual({
      flows: [{ name: 'demo', importedAs: 'demo' }],
      connections: [{ id: 'b1', outcome: 'added' }],
      problems: [],
      secretsMissing: [{ owner: 'connection/b1', field: 'password' }],
    })
    expect(other.supervisor.deployed).toEqual([])
    const read = await other.send('GET', '/api/flows/demo')
    expect(read.body.flow).toEqual(demo)
    await other.end()
    await removeFolder(other.folder)
  })

  test('keep what is there and import under another name', async () => {
    await saveDemo()
    const bundle = await json('/api/export')
    const changed = { ...bundle, connections: [{ ...broker, config: { host: 'elsewhere' } }] }
    const { body } = await post('/api/import', changed)
    expect(body.flows).toEqual([{ name: 'demo', importedAs: 'demo-2' }])
    expect(body.connections).toEqual([{ id: 'b1', outcome: 'kept' }])
    expect(await json('/api/connections')).toEqual({ connections: [broker] })
    expect((await json('/api/flows/demo-2')).flow).toEqual({ ...demo, name: 'demo-2' })
  })

  test('take a single flow for a bundle, and refuse what is wrong as a whole', async () => {
    await put('/api/connections/b1', broker)
    expect((await post('/api/import', demo)).body.flows).toEqual([
      { name: 'demo', importedAs: 'demo' },
    ])
    const bad = {
      millrace: 1,
      flows: [
        { ...demo, name: 'good' },
        { ...demo, nodes: 3 },
      ],
      connections: [],
    }
    const { status, body } = await post('/api/import', bad)
    expect([status, body.code, body.path]).toEqual([400, 'SHAPE_LIST', 'flows[1].nodes'])
    const leaky = {
      ...demo,
      name: 'leaky',
      nodes: [{ id: 'x', type: 'test/sink', config: { token: 's' } }],
      wires: [],
    }
    const leak = await post('/api/import', {
      millrace: 1,
      flows: [{ ...demo, name: 'good' }, leaky],
      connections: [],
    })
    expect([leak.status, leak.body.code]).toEqual([422, 'SECRET_IN_DOCUMENT'])
    expect((await json('/api/flows')).flows).toHaveLength(1)
    expect((await it.send('GET', '/api/export?flows=nope')).status).toBe(404)
  })
})

/** As the thread that runs a flow does. */
function putLetter(folder: string): void {
  const file = new DeadLetterFile(lettersFile(join(folder, 'state'), 'demo'))
  const error = { code: 'C', message: 'm' }
  file.add([{ node: 'end', input: 0, message: { payload: 1 }, error, failedAt: 1, attempts: 1 }])
  file.close()
}

/** A stub of one, and the connection to it. */
async function putGrafana({ server }: TestServer): Promise<GrafanaStub> {
  const stub = await startGrafanaStub()
  const { connections, secrets } = server.parts.directory
  const config = { url: stub.url }
  await connections.put({ id: 'grafana', type: 'grafana/connection', name: 'Grafana', config })
  await secrets.set({
    owner: 'connection/grafana',
    field: 'token',
    setAt: 1,
    value: stub.token,
  })
  return stub
}

describe('the description of the API', () => {
  /** A request for each route that it answers well, in an order in which that is so. */
  const requests: readonly (readonly [string, string, unknown?])[] = [
    ['GET /api/node-types', '/api/node-types'],
    ['GET /api/node-help', '/api/node-help?type=test/source'],
    ['PUT /api/connections/:id', '/api/connections/b1', broker],
    ['GET /api/connections', '/api/connections'],
    ['POST /api/connections/:id/test', '/api/connections/b1/test'],
    ['POST /api/flows', '/api/flows', { name: 'demo', title: 'Demo' }],
    ['PUT /api/flows/:name', '/api/flows/demo', { flow: demo }],
    ['GET /api/flows/:name', '/api/flows/demo'],
    ['GET /api/flows', '/api/flows'],
    ['POST /api/flows/:name/check', '/api/flows/demo/check', { flow: { ...demo, wires: 3 } }],
    [
      'PUT /api/flows/:name/tests',
      '/api/flows/demo/tests',
      { tests: { millrace: 1, flow: 'demo', cases: [{ name: 'a', steps: [], expect: [] }] } },
    ],
    ['GET /api/flows/:name/tests', '/api/flows/demo/tests'],
    ['POST /api/flows/:name/tests/run', '/api/flows/demo/tests/run', {}],
    ['POST /api/flows/:name/deploy', '/api/flows/demo/deploy', { note: 'n' }],
    ['PATCH /api/flows/:name', '/api/flows/demo'],
    ['GET /api/flows/:name/versions', '/api/flows/demo/versions'],
    ['GET /api/flows/:name/versions/:number', '/api/flows/demo/versions/1'],
    [
      'POST /api/flows/:name/nodes/:id/actions/:action',
      '/api/flows/demo/nodes/start/actions/inject',
      { argument: 1 },
    ],
    ['GET /api/flows/:name/nodes/:id/points', '/api/flows/demo/nodes/end/points'],
    ['GET /api/flows/:name/grafana-dashboard', '/api/flows/demo/grafana-dashboard'],
    [
      'POST /api/flows/:name/grafana-dashboard',
      '/api/flows/demo/grafana-dashboard',
      { connection: 'grafana', url: 'http://localhost:1880' },
    ],
    ['PUT /api/secrets', '/api/secrets', { owner: 'connection/b1', field: 'password', value: 'x' }],
    ['GET /api/secrets', '/api/secrets'],
    ['GET /api/alerts', '/api/alerts'],
    [
      'POST /api/alerts/acknowledge',
      '/api/alerts/acknowledge',
      { flow: 'demo', node: 'end', key: 'k' },
    ],
    ['GET /api/export', '/api/export'],
    ['POST /api/import', '/api/import', { ...demo, name: 'more' }],
    ['GET /api/stores', '/api/stores'],
    ['DELETE /api/stores/:store', '/api/stores/old'],
    ['GET /api/status', '/api/status'],
    ['GET /api/openapi.json', '/api/openapi.json'],
    ['GET /api/flows/:name/dead-letters', '/api/flows/demo/dead-letters'],
    [
      'PUT /api/flows/:name/dead-letters/:number',
      '/api/flows/demo/dead-letters/1',
      { message: { payload: 2 } },
    ],
    [
      'POST /api/flows/:name/dead-letters/replay',
      '/api/flows/demo/dead-letters/replay',
      { letters: [1] },
    ],
    ['DELETE /api/flows/:name/dead-letters', '/api/flows/demo/dead-letters', { letters: [1] }],
    ['GET /api/flows/:name/recording', '/api/flows/demo/recording'],
    ['POST /api/flows/:name/replays', '/api/flows/demo/replays', { fromMs: 0, toMs: 1 }],
    ['GET /api/flows/:name/replays/:number', '/api/flows/demo/replays/1'],
    ['DELETE /api/flows/:name/replays/:number', '/api/flows/demo/replays/1'],
    ['POST /api/flows/:name/stop', '/api/flows/demo/stop'],
    ['DELETE /api/flows/:name/state', '/api/flows/demo/state'],
    ['DELETE /api/secrets', '/api/secrets', { owner: 'connection/b1', field: 'password' }],
    ['DELETE /api/flows/:name', '/api/flows/demo'],
    ['DELETE /api/flows/:name', '/api/flows/more'],
    ['DELETE /api/connections/:id', '/api/connections/b1'],
  ]

  test('says what every route answers', async () => {
    const report = {
      kind: 'alert',
      change: 'raised',
      key: 'k',
      severity: 'info',
      text: 't',
      time: 1,
    } as const
    it.supervisor.tell('alerts', 'demo', 'end', [report])
    putLetter(it.folder)
    await putStore(it.folder)
    const grafana = await putGrafana(it)
    const routes = allRoutes(it.server.parts)
    const described = await json('/api/openapi.json')
    for (const [name, path, given] of requests) {
      const [method = '', pattern] = name.split(' ')
      const route = routes.find(
        (item) => item.method === method.toLowerCase() && item.path === pattern,
      )
      const body =
        method === 'PATCH' ? { revision: (await json(path)).revision, title: 'T' } : given
      const reply = await it.send(method, path, { body })
      expect([name, reply.status]).toEqual([name, route?.answer.status])
      expect([name, mismatchOf(route, reply.body)]).toEqual([name, null])
      const openApiPath = pattern?.replace(/:(\w+)/g, '{$1}') ?? ''
      expect(described.paths[openApiPath][method.toLowerCase()].operationId).toBeTypeOf('string')
    }
    await grafana.stop()
    const walked = new Set(requests.map(([name]) => name))
    const all = routes.map((route) => `${route.method.toUpperCase()} ${route.path}`)
    expect([...walked].toSorted()).toEqual(all.toSorted())
  })

  test('describes nothing that is not there', async () => {
    const { paths, openapi } = await json('/api/openapi.json')
    expect(openapi).toBe('3.1.0')
    const text = JSON.stringify(paths)
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys(schemas)).toContain(name)
    }
    const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const routes = allRoutes(it.server.parts).map(
      (route) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(described.toSorted()).toEqual(routes.toSorted())
  })
})

function mismatchOf(route: Route | undefined, body: unknown) {
  const schema = route?.answer.schema
  return schema ? findMismatch(body, schema, { path: '', schemas }) : null
}

/** What a flow that is gone has stored. */
async function putStore(folder: string): Promise<void> {
  const writer = new StoreWriter({
    path: join(folder, 'store', 'old.sqlite'),
    limits: { seriesMax: 10, bytesMax: 0 },
    retention: { rawMs: 0, minuteMs: 0, hourMs: 0 },
  })
  const point = { measurement: 'm', field: 'value', tags: '[]', time: 1, value: 1 }
  expect(await writer.write([point], 1)).toEqual([])
  await writer.close()
}

import type { Problem } from '@millrace/flow'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'

let it: TestServer

beforeEach(async () => {
  it = await openTestServer()
  const broker = { id: 'b', type: 'test/broker', name: 'B', config: { host: 'localhost' } }
  await it.send('PUT', '/api/connections/b', { body: broker })
  await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
})

afterEach(async () => {
  it.unforeseen.length = 0
  await it.end()
  await removeFolder(it.folder)
})

const refused: Problem = {
  severity: 'error',
  code: 'SCHEMA_INCOMPATIBLE',
  message: 'It cannot be.',
  node: 'end',
  field: 'schema',
}
const away: Problem = { ...refused, severity: 'warning', code: 'AWAY' }

/** Saves and deploys at once, as the editor does. */
async function deploy(config: object, more: object = {}) {
  const { body } = await it.send('GET', '/api/flows/demo')
  const end = { id: 'end', type: 'test/checked', config, ...more }
  const patch = { revision: body.revision, setNodes: [end] }
  return it.send('POST', '/api/flows/demo/deploy', { body: { patch } })
}

const running = () => it.supervisor.deployed.map(({ version }) => version)

test('keeps a flow from being deployed, names the node, and leaves what ran before', async () => {
  expect((await deploy({ broker: 'b' })).status).toBe(200)
  it.supervisor.obstacles = [refused]
  const { status, body } = await deploy({ broker: 'b', isChecked: true })
  expect([status, body.code]).toEqual([422, 'FLOW_INVALID'])
  expect(body.message).toContain('It cannot be.')
  expect(body.problems).toContainEqual(refused)
  expect(running()).toEqual([1])
  const { body: listed } = await it.send('GET', '/api/flows/demo/versions')
  expect(listed.versions.map(({ number }: { number: number }) => number)).toEqual([1])
  const again = await it.send('POST', '/api/flows/demo/deploy')
  expect(again.status).toBe(422)
  it.supervisor.obstacles = []
  expect((await it.send('POST', '/api/flows/demo/deploy')).body.deployment.version).toBe(2)
})

test('deploys, and gives what does not stand in the way with what else is worth a look', async () => {
  it.supervisor.obstacles = [away]
  const { status, body } = await deploy({ broker: 'b' })
  expect(status).toBe(200)
  expect(body.problems).toContainEqual(away)
  expect(running()).toEqual([1])
})

test('asks with no more of the flow than is asked about', async () => {
  await deploy({ broker: 'b' })
  expect(it.supervisor.checks).toMatchObject([
    {
      nodes: ['end'],
      spec: { flow: { nodes: [{ id: 'end' }], wires: [] }, connections: [{ id: 'b' }] },
    },
  ])
})

test('asks nothing of nodes that have nothing to ask with', async () => {
  expect((await deploy({ isChecked: false, broker: 'b' })).status).toBe(200)
  expect((await deploy({ broker: 'b' }, { isDisabled: true })).status).toBe(200)
  expect(it.supervisor.checks).toEqual([])
})

test('asks nothing of nodes that run as they are, unless a connection has changed', async () => {
  await deploy({ broker: 'b' })
  await deploy({ broker: 'b' }, { name: 'Other' })
  expect(it.supervisor.checks).toHaveLength(1)
  const broker = { id: 'b', type: 'test/broker', name: 'B', config: { host: 'elsewhere' } }
  await it.send('PUT', '/api/connections/b', { body: broker })
  await it.send('POST', '/api/flows/demo/deploy')
  expect(it.supervisor.checks).toHaveLength(2)
  await it.send('POST', '/api/flows/demo/stop')
  await it.send('POST', '/api/flows/demo/deploy')
  expect(it.supervisor.checks).toHaveLength(3)
})

test('asks nothing as flows come back after a restart', async () => {
  await deploy({ broker: 'b' })
  await it.end()
  it = await openTestServer({ folder: it.folder })
  expect([running(), it.supervisor.checks]).toEqual([[1], []])
})

test('is not kept from it by an engine that cannot be asked', async () => {
  it.supervisor.check = () => Promise.reject(new Error('The engine is gone.'))
  const { status, body } = await deploy({ broker: 'b' })
  expect(status).toBe(200)
  expect(body.problems).toContainEqual({
    severity: 'warning',
    code: 'NODES_UNCHECKED',
    message: 'The engine is gone.',
  })
})

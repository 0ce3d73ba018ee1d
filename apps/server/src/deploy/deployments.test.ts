import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { realDisk } from '../storage/disk.ts'
import type { Disk } from '../storage/disk.ts'
import { openTestServer, removeFolder } from '../testing/test-server.ts'
import type { TestServer } from '../testing/test-server.ts'

/** A disk that waits, or is full, where files with such paths are written. */
interface Obstacle {
  part: string
  wait: Promise<void> | undefined
  isFull: boolean
}

let it: TestServer
let obstacle: Obstacle

const disk: Disk = {
  ...realDisk,
  create: async (path, content) => {
    const isMeant = path.includes(obstacle.part)
    if (isMeant) await obstacle.wait
    if (isMeant && obstacle.isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    await realDisk.create(path, content)
  },
}

beforeEach(async () => {
  obstacle = { part: '', wait: undefined, isFull: false }
  it = await openTestServer({ disk })
})

afterEach(async () => {
  it.unforeseen.length = 0
  await it.end()
  await removeFolder(it.folder)
})

const places = ['/flows/', '/versions/', '/deployed.json']
const sinks = (topic: string) => [{ id: 'end', type: 'test/sink', config: { topic } }]
const running = () => it.supervisor.deployed.map(({ version }) => version)

/** Saves and deploys at once, as the editor does. */
async function deploy(topic: string, removeNodes: readonly string[] = []) {
  const { body } = await it.send('GET', '/api/flows/demo')
  const patch = { revision: body.revision, setNodes: sinks(topic), removeNodes }
  return it.send('POST', '/api/flows/demo/deploy', { body: { patch } })
}

async function deployedFirst(): Promise<void> {
  await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
  expect((await deploy('first')).body.deployment).toMatchObject({ version: 1 })
}

describe('a change that is saved and deployed at once', () => {
  test.for(places)('is confirmed when the disk has %s, while the engine has it', async (part) => {
    await deployedFirst()
    const { promise, resolve } = Promise.withResolvers<void>()
    Object.assign(obstacle, { part, wait: promise })
    let isConfirmed = false
    const deploying = deploy('second').then((answer) => {
      isConfirmed = true
      return answer
    })
    await vi.waitFor(() => expect(running()).toEqual([1, 2]))
    await new Promise(setImmediate)
    expect(isConfirmed).toBe(false)
    resolve()
    expect((await deploying).body.deployment).toMatchObject({ state: 'running', version: 2 })
  })

  test.for(places)('is taken back when the disk has no room for %s', async (part) => {
    await deployedFirst()
    Object.assign(obstacle, { part, isFull: true })
    const { status, body } = await deploy('second')
    expect([status, body.code]).toEqual([507, 'STORAGE_WRITE_FAILED'])
    expect(running()).toEqual([1, 2, 1])
    expect(it.supervisor.deployed.at(-1)?.spec.flow.nodes).toEqual(sinks('first'))
    Object.assign(obstacle, { isFull: false })
    expect((await deploy('third')).status).toBe(200)
    await restart()
    expect(it.supervisor.deployed.map(({ spec }) => spec.flow.nodes)).toEqual([sinks('third')])
  })

  test.for(places)('runs as before after a restart when there was no room for %s', async (part) => {
    await deployedFirst()
    Object.assign(obstacle, { part, isFull: true })
    await deploy('second')
    Object.assign(obstacle, { isFull: false })
    await restart()
    expect(it.supervisor.deployed.map(({ spec }) => spec.flow.nodes)).toEqual([sinks('first')])
  })

  test.for(places.slice(0, 2))(
    'loses no node for nothing when there is no room for %s',
    async (part) => {
      await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
      const both = [...sinks('first'), { id: 'more', type: 'test/sink', config: { topic: 'more' } }]
      const { body } = await it.send('GET', '/api/flows/demo')
      const patch = { revision: body.revision, setNodes: both }
      await it.send('POST', '/api/flows/demo/deploy', { body: { patch } })
      Object.assign(obstacle, { part, isFull: true })
      expect((await deploy('second', ['more'])).status).toBe(507)
      expect(running()).toEqual([1])
    },
  )

  test('does not run at all when it was the first', async () => {
    await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
    Object.assign(obstacle, { part: '/versions/', isFull: true })
    expect((await deploy('first')).status).toBe(507)
    expect(it.supervisor.info('demo').state).toBe('stopped')
  })
})

async function restart(): Promise<void> {
  it.unforeseen.length = 0
  await it.end()
  it = await openTestServer({ disk, folder: it.folder })
}

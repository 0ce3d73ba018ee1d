import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openCatalog } from '@millrace/catalog'
import type { DeploymentSpec } from '@millrace/engine'
import { inState, next, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

const manifest = new URL('../../package.json', import.meta.url).href

let nodePackages: readonly string[]
let supervisor: Supervisor

beforeAll(async () => {
  const catalog = await openCatalog({ manifest })
  nodePackages = catalog.nodePackages
})

beforeEach(async () => {
  supervisor = supervisorWith({ nodePackages })
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
})

/** The other function only goes on by promises, so that it is not what happens to run alone. */
function flowWith(code: string): DeploymentSpec {
  const other = 'for (;;) await new Promise((resolve) => setTimeout(resolve, 1))'
  const into = (node: string) => ({
    from: { node: 'in', port: 'out' },
    to: { node, port: 'in' },
  })
  return {
    flow: {
      millrace: 1,
      name: 'f',
      title: 'F',
      nodes: [
        { id: 'in', type: 'core/inject', config: { atStart: true } },
        { id: 'code', type: 'core/function', name: 'Mine', config: { code } },
        { id: 'other', type: 'core/function', config: { code: other } },
      ],
      wires: [into('code'), into('other')],
      layout: {},
    },
    connections: [],
    secrets: {},
  }
}

describe('a promise that is rejected and that the code does not wait for', () => {
  it.each([
    ['an error', 'Promise.reject(new Error("lost"))', 'Error: lost'],
    ['an async function', '(async () => {\n await null\n throw new Error("lost")\n})()', 'lost'],
    ['a text', 'Promise.reject("lost")', 'lost'],
    ['a promise of a class', '(class extends Promise {}).reject(new Error("lost"))', 'lost'],
    [
      'something that throws when it is looked at',
      'Promise.reject({ get message() { throw 1 } })',
      'cannot be shown',
    ],
    ['an object of nothing', 'Promise.reject(Object.create(null))', 'in a promise'],
  ])('is shown at its node, and the flow runs on: %s', async (_name, code, text) => {
    supervisor.watch('f', { isWatched: true, debugNodes: null, taps: [] })
    const told = next(supervisor, 'log', (_flow, entries) =>
      entries.find(({ level }) => level === 'error'),
    )
    await supervisor.deploy(flowWith(code), 1)
    const entry = await told
    expect(entry.node).toBe('code')
    expect(entry.text).toContain(text)
    expect(supervisor.info('f')).toMatchObject({ state: 'running', restarts: 0 })
  })
})

describe('an endless loop names its node', () => {
  it.each([
    ['after an await', 'await null\nfor (;;);'],
    ['after an await that failed', 'try {\n await Promise.reject(1)\n} catch (e) {\n for (;;);\n}'],
    ['in what a promise calls', 'Promise.resolve(1).then(() => { for (;;); })'],
    [
      'where a rejection is looked at',
      'Promise.reject({ get message() { for (;;); } })\nreturn message',
    ],
  ])('%s', async (_name, code) => {
    await supervisor.deploy(flowWith(code), 1)
    const info = await inState(supervisor, 'f', 'restarting')
    expect(info).toMatchObject({ node: 'code' })
    expect(info.reason).toContain('“Mine” ran for more than 1 s without giving back control.')
  })
})

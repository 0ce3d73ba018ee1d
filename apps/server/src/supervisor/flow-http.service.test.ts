import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chain, inState, next, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

let supervisor: Supervisor

beforeEach(async () => {
  supervisor = supervisorWith()
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
})

const echo = (config: object = {}, ...rest: readonly (readonly [string, string, object?])[]) =>
  chain(
    'echo',
    ['e', 'echo', { ...config }],
    ...rest.map(([id, type, more]) => [id, type, { ...more }] as const),
  )

async function post(path: string, body = 'hello'): Promise<{ status: number; text: string }> {
  const response = await fetch(`${supervisor.flowHttpUrl()}${path}`, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

/** Settles when the flow has taken so many requests in. */
async function taken(flow: string, count: number): Promise<true> {
  supervisor.watch(flow, { isWatched: true, debugNodes: [], taps: [] })
  return next(supervisor, 'counters', (batch) =>
    (batch.ports['e:out'] ?? 0) >= count ? true : undefined,
  )
}

describe('a flow that answers HTTP', () => {
  it('does so through the engine process and its thread', async () => {
    await supervisor.deploy(echo({ path: '/e/:x' }, ['s', 'shower']), 1)
    const { status, text } = await post('/e/1?q=2')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({ params: { x: '1' }, query: { q: '2' }, body: 'hello' })
    await supervisor.stop('echo')
    expect(await post('/e/1')).toMatchObject({ status: 404 })
  })

  it('cannot take a route that another flow has', async () => {
    await supervisor.deploy(echo(), 1)
    const other = { ...echo(), flow: { ...echo().flow, name: 'other' } }
    await expect(supervisor.deploy(other, 1)).rejects.toMatchObject({
      node: 'e',
      message: expect.stringContaining('already answered'),
    })
    await supervisor.stop('echo')
    await supervisor.deploy(other, 2)
    expect(await post('/echo')).toMatchObject({ status: 200 })
  })

  it.each([
    { how: 'is stopped', end: () => supervisor.stop('echo') },
    { how: 'is changed', end: () => supervisor.deploy(echo({ answers: 'echo' }), 2) },
    {
      how: 'loses the node that holds it',
      end: () => supervisor.deploy(echo({ answers: 'never', path: '/other' }), 2),
    },
  ])('leaves no request hanging when it $how', async ({ end }) => {
    await supervisor.deploy(echo({ answers: 'never' }), 1)
    const hanging = Promise.all([post('/echo'), post('/echo'), post('/echo')])
    await taken('echo', 3)
    await end()
    expect((await hanging).map(({ status }) => status)).toEqual([503, 503, 503])
  })

  it('leaves no request hanging when it crashes, and answers 503 until it is back', async () => {
    await supervisor.deploy(
      echo({ answers: 'never' }, ['x', 'trouble', { does: 'exit', atMessage: 3 }]),
      1,
    )
    const hanging = Promise.all([post('/echo'), post('/echo'), post('/echo')])
    await inState(supervisor, 'echo', 'restarting')
    expect((await hanging).map(({ status }) => status)).toEqual([503, 503, 503])
    expect(await post('/echo')).toMatchObject({ status: 503 })
    await inState(supervisor, 'echo', 'running')
  })

  it('is deployed again and again under load, and every request is answered', async () => {
    await supervisor.deploy(echo(), 1)
    let isDone = false
    const statuses = new Map<number, number>()
    const clients = Array.from({ length: 20 }, async () => {
      while (!isDone) {
        const { status } = await post('/echo')
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })
    for (let version = 2; version < 22; version += 1) {
      await supervisor.deploy(echo({ bodyBytesMax: 1_000 + version }), version)
    }
    isDone = true
    await Promise.all(clients)
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(statuses.get(200)).toBeGreaterThan(100)
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chain, inState, next, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

const quiet = { everyMs: 20 }
const ticking = (name: string) => chain(name, ['t', 'ticker', quiet], ['s', 'shower'])
const troubled = (name: string, does: string, when = 'message') =>
  chain(name, ['t', 'ticker', quiet], ['x', 'trouble', { does, when }], ['s', 'shower'])

let supervisor: Supervisor

beforeEach(async () => {
  supervisor = supervisorWith({ sharing: { ownThreads: 1, companyMax: 8 } })
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
})

function passes(flow: string): Promise<true> {
  return next(supervisor, 'points', (name) => (name === flow ? true : undefined))
}

/** Settles when a flow was restarted at least so often, and shows that it works. */
async function restarted(flow: string, restarts: number): Promise<void> {
  const isSo = () => supervisor.info(flow).state === 'running'
  if (supervisor.info(flow).restarts < restarts || !isSo()) {
    await next(supervisor, 'deployment', (name, info) =>
      name === flow && info.state === 'running' && info.restarts >= restarts ? true : undefined,
    )
  }
  await passes(flow)
}

describe('flows in one thread', () => {
  it('come, change and go without touching each other', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => supervisor.deploy(ticking(name), 1)))
    await Promise.all(['a', 'b', 'c'].map(passes))
    const changed = chain('b', ['t', 'ticker', quiet], ['x', 'trouble'], ['s', 'shower'])
    expect(await supervisor.deploy(changed, 2)).toMatchObject({ started: ['x'], restarted: [] })
    await supervisor.stop('a')
    expect(supervisor.info('a').state).toBe('stopped')
    await Promise.all(['b', 'c'].map(passes))
    await supervisor.deploy(ticking('a'), 2)
    await passes('a')
    expect(['a', 'b', 'c'].map((name) => supervisor.info(name).restarts)).toEqual([0, 0, 0])
  })

  it('leave one that cannot start out, and go on', async () => {
    await supervisor.deploy(ticking('a'), 1)
    await expect(supervisor.deploy(troubled('b', 'throw', 'create'), 1)).rejects.toMatchObject({
      node: 'x',
    })
    await supervisor.deploy(ticking('c'), 1)
    await Promise.all(['a', 'c'].map(passes))
    expect(supervisor.info('a').restarts).toBe(0)
  })

  it.each(['loop', 'exit', 'heap'])(
    'come back at once when one has to be stopped ("%s"), which then has a thread to itself',
    async (does) => {
      await Promise.all(['a', 'c'].map((name) => supervisor.deploy(ticking(name), 1)))
      const told = next(supervisor, 'deployment', (name, info) =>
        name === 'a' && info.state === 'restarting' ? info : undefined,
      )
      await supervisor.deploy(troubled('b', does), 1)
      expect((await told).reason).toBe('The flow “b” in the same thread was stopped.')
      expect(await inState(supervisor, 'b', 'restarting')).toMatchObject({ node: 'x' })
      await Promise.all(['a', 'c'].map((name) => restarted(name, 1)))
      // It fails again, alone, and nobody goes with it.
      await inState(supervisor, 'b', 'quarantined', 20_000)
      expect(['a', 'c'].map((name) => supervisor.info(name))).toMatchObject([
        { state: 'running', restarts: 1 },
        { state: 'running', restarts: 1 },
      ])
      await Promise.all(['a', 'c'].map(passes))
    },
  )

  it('are parted until it is known who ends them, when nothing names it', async () => {
    await Promise.all(['a', 'c', 'd'].map((name) => supervisor.deploy(ticking(name), 1)))
    await supervisor.deploy(troubled('b', 'throw-later'), 1)
    await inState(supervisor, 'b', 'quarantined', 20_000)
    for (const name of ['a', 'c', 'd']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is as good
      await inState(supervisor, name, 'running')
      expect(supervisor.info(name).restarts).toBeLessThanOrEqual(2)
    }
    await Promise.all(['a', 'c', 'd'].map(passes))
  })

  it('that end while another is being deployed bring that one up all the same', async () => {
    await supervisor.deploy(troubled('b', 'loop', 'timer'), 1)
    const deploying = Array.from({ length: 6 }, (_, n) => supervisor.deploy(ticking(`f${n}`), 1))
    await Promise.all(deploying)
    await inState(supervisor, 'b', 'restarting', 10_000)
    await Promise.all(deploying.map((_, n) => restarted(`f${n}`, 0)))
    const states = deploying.map((_, n) => supervisor.info(`f${n}`).state)
    expect(states).toEqual(deploying.map(() => 'running'))
  })
})

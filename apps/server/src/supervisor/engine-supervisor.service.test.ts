import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chain, inState, next, supervisorWith } from './fixture.ts'
import type { Supervisor } from './supervisor.ts'

const ticking = chain('ticking', ['t', 'ticker'], ['s', 'shower'])

function troubled(does: string, when = 'message') {
  return chain('troubled', ['t', 'ticker'], ['x', 'trouble', { does, when }], ['s', 'shower'])
}

let supervisor: Supervisor

beforeEach(async () => {
  supervisor = supervisorWith()
  await supervisor.start()
})

afterEach(async () => {
  await supervisor.close({ drainMs: 100 })
})

/** Settles when the flow shows that messages pass. */
function passes(flow: string): Promise<true> {
  return next(supervisor, 'points', (name) => (name === flow ? true : undefined))
}

describe('a deployment', () => {
  it('starts a flow, tells what it does, and stops it', async () => {
    supervisor.watch('ticking', { isWatched: true, debugNodes: null, taps: ['t:out'] })
    const told = Promise.all([
      next(supervisor, 'statuses', (batch) => batch.statuses['t']),
      next(supervisor, 'debug', (batch) => batch.entries[0]),
      next(supervisor, 'taps', (batch) => batch.ports[0]?.messages[0]),
      next(supervisor, 'alerts', (flow, node, reports) => [flow, node, reports[0]?.text]),
      next(supervisor, 'counters', (batch) => batch.ports['t:out'] || undefined),
      passes('ticking'),
    ])
    const outcome = await supervisor.deploy(ticking, 1)
    expect(outcome).toMatchObject({ started: ['t', 's'], restarted: [], removed: [] })
    expect(supervisor.info('ticking')).toMatchObject({ state: 'running', version: 1, restarts: 0 })
    const [status, debug, tapped, alert] = await told
    expect(status).toEqual({ state: 'ok', text: 'ticking' })
    expect(debug).toMatchObject({ node: 's', shows: 'payload', value: { json: '1', isCut: false } })
    expect(tapped?.value.json).toContain('"topic":"tick"')
    expect(alert).toEqual(['ticking', 's', 'at 10'])
    await supervisor.stop('ticking')
    expect(supervisor.info('ticking')).toEqual({ state: 'stopped', restarts: 0 })
  })

  it('sends only what changed to a flow that runs, and leaves the rest running', async () => {
    await supervisor.deploy(ticking, 1)
    const changed = chain('ticking', ['t', 'ticker'], ['x', 'trouble'], ['s', 'shower'])
    expect(await supervisor.deploy(changed, 2)).toMatchObject({ started: ['x'], restarted: [] })
    expect(await supervisor.deploy(ticking, 3)).toMatchObject({ started: [], removed: ['x'] })
    expect(supervisor.info('ticking')).toMatchObject({ state: 'running', version: 3 })
    await passes('ticking')
  })

  it('that cannot start is failed, names the node, and leaves the others alone', async () => {
    await supervisor.deploy(ticking, 1)
    await expect(supervisor.deploy(troubled('throw', 'create'), 1)).rejects.toMatchObject({
      node: 'x',
      message: expect.stringContaining('thrown by the fixture'),
    })
    expect(supervisor.info('troubled')).toMatchObject({ state: 'failed', node: 'x', version: 1 })
    await passes('ticking')
    await supervisor.deploy(troubled('none'), 2)
    expect(supervisor.info('troubled')).toMatchObject({ state: 'running', version: 2 })
  })

  it('that cannot be taken over leaves the version before running', async () => {
    await supervisor.deploy(troubled('none'), 1)
    await expect(supervisor.deploy(troubled('throw', 'create'), 2)).rejects.toMatchObject({
      node: 'x',
    })
    expect(supervisor.info('troubled')).toMatchObject({ state: 'running', version: 1 })
    await passes('troubled')
  })

  it('with an unknown node type is refused by the name of the node', async () => {
    const unknown = chain('unknown', ['t', 'ticker'], ['u', 'nothing'])
    await expect(supervisor.deploy(unknown, 1)).rejects.toMatchObject({
      code: 'NODE_TYPE_UNKNOWN',
      node: 'u',
    })
  })
})

describe('an action', () => {
  it('reaches its node, and is refused where the node refuses', async () => {
    await supervisor.deploy(chain('f', ['t', 'ticker', { everyMs: 0 }], ['s', 'shower']), 1)
    const passed = passes('f')
    await supervisor.action('f', 't', 'emit')
    await passed
    await expect(supervisor.action('f', 't', 'emit', 'refuse')).rejects.toMatchObject({
      code: 'NOT_NOW',
      message: expect.stringContaining('Not now.'),
    })
    await expect(supervisor.action('f', 'none', 'emit')).rejects.toMatchObject({
      code: 'NODE_UNKNOWN',
    })
    await expect(supervisor.action('g', 't', 'emit')).rejects.toMatchObject({
      code: 'FLOW_NOT_RUNNING',
    })
  })
})

describe('a connection test', () => {
  const link = (config: object) => ({
    id: 'l',
    type: 'fixture/link',
    name: '',
    config: { ...config },
  })

  it('tells its steps', async () => {
    expect(await supervisor.testConnection(link({}), {})).toEqual([
      { step: 'Look', outcome: 'passed' },
      { step: 'Touch', outcome: 'passed', text: 'warm' },
    ])
    expect(await supervisor.testConnection(link({ fails: true }), {})).toEqual([
      { step: 'Look', outcome: 'passed' },
      { step: 'Test', outcome: 'failed', text: 'nothing there' },
    ])
  })
})

describe('a check of nodes before a deployment', () => {
  const connections = [{ id: 'l', type: 'fixture/link', name: '', config: {} }]
  const check = (does: string) => {
    const spec = chain('checked', ['c', 'checked', { link: 'l', does }])
    return supervisor.check({ spec: { ...spec, connections }, nodes: ['c'] })
  }

  it('gives what stands in the way of each', async () => {
    expect(await check('none')).toEqual([])
    expect(await check('refuse')).toEqual([
      { severity: 'error', code: 'NOT_SO', message: 'Not so.', field: 'does', node: 'c' },
    ])
  })

  it('harms nothing when it ends badly', async () => {
    await supervisor.deploy(ticking, 1)
    await expect(check('exit')).rejects.toMatchObject({ code: 'NODES_CHECK_FAILED' })
    expect(await check('throw')).toMatchObject([{ severity: 'warning', code: 'NODE_UNCHECKED' }])
    await passes('ticking')
  })
})

describe('the engine process', () => {
  it('killed, comes back with all flows within two seconds', async () => {
    await Promise.all([supervisor.deploy(ticking, 1), supervisor.deploy(troubled('none'), 1)])
    const killed = performance.now()
    process.kill(supervisor.engineProcessId() ?? -1, 'SIGKILL')
    await inState(supervisor, 'ticking', 'restarting')
    await Promise.all([passes('ticking'), passes('troubled')])
    expect(performance.now() - killed).toBeLessThan(2_000)
    expect(supervisor.info('ticking')).toMatchObject({ state: 'running', restarts: 1, version: 1 })
    expect(supervisor.engine()).toEqual({ state: 'running', restarts: 1 })
  })

  it('stopped dead, is replaced', async () => {
    await supervisor.deploy(ticking, 1)
    process.kill(supervisor.engineProcessId() ?? -1, 'SIGSTOP')
    await inState(supervisor, 'ticking', 'restarting', 15_000)
    expect(await inState(supervisor, 'ticking', 'running')).toMatchObject({ restarts: 1 })
  })

  it('killed while a flow starts, comes back with that flow too', async () => {
    const starting = supervisor.deploy(ticking, 1)
    await inState(supervisor, 'ticking', 'starting')
    process.kill(supervisor.engineProcessId() ?? -1, 'SIGKILL')
    await expect(starting).rejects.toMatchObject({ code: 'ENGINE_GONE' })
    await inState(supervisor, 'ticking', 'running')
    await passes('ticking')
  })

  it('killed while a flow starts again, comes back with that flow too', async () => {
    await supervisor.deploy(troubled('exit'), 1)
    await inState(supervisor, 'troubled', 'restarting')
    const again = next(
      supervisor,
      'deployment',
      (_flow, { restarts }) => restarts === 1 || undefined,
    )
    await again
    process.kill(supervisor.engineProcessId() ?? -1, 'SIGKILL')
    await next(supervisor, 'engine', ({ state }) => state === 'running' || undefined)
    expect(await inState(supervisor, 'troubled', 'running')).toMatchObject({ restarts: 2 })
  })

  it('can be deployed to while it comes back', async () => {
    process.kill(supervisor.engineProcessId() ?? -1, 'SIGKILL')
    await next(supervisor, 'engine', (engine) => engine.state === 'restarting' || undefined)
    expect(await supervisor.deploy(ticking, 1)).toMatchObject({ started: ['t', 's'] })
    await passes('ticking')
  })

  it('that a flow takes down again and again puts that flow alone into quarantine', async () => {
    await supervisor.deploy(ticking, 1)
    await supervisor.deploy(troubled('crash'), 1)
    const info = await inState(supervisor, 'troubled', 'quarantined', 50_000)
    expect(info.reason).toContain('The engine process ended right after the flow was started.')
    await inState(supervisor, 'ticking', 'running')
    await passes('ticking')
  })

  it('that cannot end a flow is killed for it, and the others come back', async () => {
    await supervisor.deploy(ticking, 1)
    await supervisor.deploy(troubled('native'), 1)
    expect(await inState(supervisor, 'troubled', 'restarting', 15_000)).toMatchObject({ node: 'x' })
    await passes('ticking')
    expect(supervisor.info('ticking').restarts).toBe(1)
  })

  it('over its memory stops the flow that took it', async () => {
    await supervisor.deploy(ticking, 1)
    await supervisor.deploy(troubled('buffers'), 1)
    const info = await inState(supervisor, 'troubled', 'restarting', 15_000)
    expect(info).toMatchObject({ node: 'x' })
    await passes('ticking')
  })

  it('ends with the process that started it', async () => {
    const id = supervisor.engineProcessId() ?? -1
    await supervisor.close({ drainMs: 100 })
    expect(() => process.kill(id, 0)).toThrow('ESRCH')
  })
})

describe('trouble', () => {
  it.each([
    { does: 'loop', reason: '“X” ran for more than 1 s without giving back control.' },
    { does: 'exit', reason: '“X” ended its own process (exit code 3).' },
    { does: 'throw-later', reason: 'thrown by the fixture' },
    { does: 'reject', reason: 'rejected by the fixture' },
    { does: 'heap', reason: 'The flow needed more than 128 MB of memory while “X” ran.' },
  ])('"$does" stops that flow only, and it is restarted', async ({ does, reason }) => {
    await supervisor.deploy(ticking, 1)
    await supervisor.deploy(troubled(does), 1)
    const info = await inState(supervisor, 'troubled', 'restarting')
    expect(info.reason).toContain(reason)
    expect(info.version).toBe(1)
    expect(supervisor.info('ticking')).toMatchObject({ state: 'running', restarts: 0 })
    await passes('ticking')
    expect(await inState(supervisor, 'troubled', 'running')).toMatchObject({ restarts: 1 })
  })

  it.each(['loop', 'exit', 'heap'])('"%s" names the node that did it', async (does) => {
    await supervisor.deploy(troubled(does), 1)
    expect(await inState(supervisor, 'troubled', 'restarting')).toMatchObject({ node: 'x' })
  })

  it('"loop" while the node is created fails the deployment and names the node', async () => {
    await expect(supervisor.deploy(troubled('loop', 'create'), 1)).rejects.toMatchObject({
      node: 'x',
      message: '“X” ran for more than 1 s without giving back control.',
    })
    expect(supervisor.info('troubled')).toMatchObject({ state: 'failed', node: 'x' })
  })

  it('"loop" in a timer is the trouble of its node', async () => {
    await supervisor.deploy(troubled('loop', 'timer'), 1)
    expect(await inState(supervisor, 'troubled', 'restarting')).toMatchObject({ node: 'x' })
  })

  it('"throw" in a message leaves the flow running', async () => {
    await supervisor.deploy(troubled('throw'), 1)
    await passes('troubled')
    expect(supervisor.info('troubled').state).toBe('running')
  })

  it('three times within a minute puts the flow into quarantine until it is deployed', async () => {
    const logged: string[] = []
    supervisor.on('log', (_, entries) => logged.push(...entries.map(({ text }) => text)))
    await supervisor.deploy(troubled('exit'), 1)
    const info = await inState(supervisor, 'troubled', 'quarantined', 15_000)
    expect(logged.map((text) => text.slice(0, 8))).toEqual(['Starts a', 'Starts a', 'Stopped:'])
    expect(info).toMatchObject({ node: 'x', restarts: 2, version: 1 })
    expect(info.reason).toContain('stays stopped until it is deployed again')
    await supervisor.deploy(troubled('none'), 2)
    expect(supervisor.info('troubled')).toMatchObject({ state: 'running', restarts: 0 })
  })

  it('can be stopped in the middle of it', async () => {
    await supervisor.deploy(troubled('loop'), 1)
    await supervisor.stop('troubled')
    expect(supervisor.info('troubled')).toEqual({ state: 'stopped', restarts: 0 })
  })
})

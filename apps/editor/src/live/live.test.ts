import { expect, it } from 'vitest'
import type { DeploymentInfo, ServerEvents } from '@millrace/protocol'
import { createLive, type Channel } from './live.ts'

/** A socket to which a test tells what the server would. */
function fakeChannel() {
  const listeners = new Map<string, (event: unknown) => void>()
  const channel: Channel = {
    // Each is called with the event of its name.
    on: (event, listener) => void listeners.set(event, listener as (event: unknown) => void),
    onLink: (listener) => listener(true),
    send: (_event, _request, done) => done({ ok: true }),
  }
  const tell = <Name extends keyof ServerEvents>(
    name: Name,
    event: Parameters<ServerEvents[Name]>[0],
  ) => listeners.get(name)?.(event)
  return { channel, tell }
}

function watching(flow: string) {
  const { channel, tell } = fakeChannel()
  const heard: DeploymentInfo['state'][] = []
  const live = createLive(channel, {
    deployment: ({ deployment }) => heard.push(deployment.state),
    saved: () => undefined,
    connections: () => undefined,
    back: () => undefined,
  })
  live.watch(flow)
  const statuses = { hot: { state: 'error', text: 'It is bad.' } } as const
  tell('statuses', { flow, statuses })
  return { live, tell, heard }
}

const info = (state: DeploymentInfo['state']): DeploymentInfo => ({ state, restarts: 0 })

it.each(['stopped', 'restarting', 'quarantined'] as const)(
  'forgets what it knew of a run when the flow is %s',
  (state) => {
    const { live, tell, heard } = watching('f')
    tell('deployment', { flow: 'f', deployment: info(state) })
    expect(live.gauges.status('hot')).toBeUndefined()
    expect(heard).toEqual([state])
  },
)

it.each([
  ['another flow stops', 'g', 'stopped'],
  ['it is told that the flow still runs', 'f', 'running'],
] as const)('keeps what it knows while %s', (_, flow, state) => {
  const { live, tell } = watching('f')
  tell('deployment', { flow, deployment: info(state) })
  expect(live.gauges.status('hot')?.text).toBe('It is bad.')
})

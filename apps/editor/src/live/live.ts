import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Alert, Answer, ClientEvents, ServerEvents, ServerStatus } from '@millrace/protocol'
import { createDebugFeed, type DebugFeed } from './debug-feed.ts'
import { createGauges, type Gauges } from './gauges.ts'
import { createLogFeed, type LogFeed } from './log-feed.ts'
import { createPointsFeed, type PointsFeed } from './points-feed.ts'
import { createTaps, type Taps } from './taps.ts'

/** The socket, as much of it as is used here; tests bring their own. */
export interface Channel {
  on<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents[Name]): void
  onLink(listener: (isConnected: boolean) => void): void
  send<Name extends keyof ClientEvents>(
    event: Name,
    request: Parameters<ClientEvents[Name]>[0],
    done: (answer: Answer) => void,
  ): void
}

export type LinkState = 'connecting' | 'connected' | 'lost'

/** What happens in the running flows, kept outside React: painters and panels subscribe to it. */
export interface Live {
  readonly link: StoreApi<{ readonly state: LinkState }>
  readonly server: StoreApi<{ readonly status: ServerStatus | undefined }>
  /** All open and acknowledged alerts, newest first, of all flows. */
  readonly alerts: StoreApi<{ readonly alerts: readonly Alert[] }>
  readonly gauges: Gauges
  readonly debug: DebugFeed
  readonly log: LogFeed
  readonly points: PointsFeed
  readonly taps: Taps
  /** Looks at a flow: numbers, statuses and debug messages of it come from now on. */
  watch(flow: string | undefined): void
  /** Which debug nodes to hear; all when undefined. */
  listen(nodes: readonly string[] | undefined): void
  setAlerts(alerts: readonly Alert[]): void
}

/** What the model has to hear of. */
export interface LiveEvents {
  deployment: ServerEvents['deployment']
  saved: ServerEvents['saved']
  connections: ServerEvents['connections']
  /** The connection is there again after it was lost. */
  back: () => void
}

export function createLive(channel: Channel, events: LiveEvents): Live {
  const link = createStore<{ state: LinkState }>(() => ({ state: 'connecting' }))
  const server = createStore<{ status: ServerStatus | undefined }>(() => ({ status: undefined }))
  const alerts = createStore<{ alerts: readonly Alert[] }>(() => ({ alerts: [] }))
  const gauges = createGauges()
  const debug = createDebugFeed()
  const log = createLogFeed()
  const points = createPointsFeed()
  const ignore = () => undefined
  const isConnected = () => link.getState().state === 'connected'
  const taps = createTaps((ports) => isConnected() && channel.send('tap', { ports }, ignore))
  let watched: string | undefined
  let listened: readonly string[] | undefined

  const ask = () => {
    if (!isConnected()) return
    channel.send('watch', { flow: watched ?? null }, ignore)
    channel.send('debug', { nodes: listened ?? null }, ignore)
    taps.again()
  }
  const ofWatched =
    <Batch extends { readonly flow: string }>(take: (batch: Batch) => void) =>
    (batch: Batch) => {
      if (batch.flow === watched) take(batch)
    }
  channel.onLink((isUp) => {
    const wasLost = link.getState().state === 'lost'
    if (!isUp && link.getState().state === 'connected') gauges.clear()
    link.setState({
      state: isUp ? 'connected' : wasLost || watched !== undefined ? 'lost' : 'connecting',
    })
    if (isUp) ask()
    if (isUp && wasLost) events.back()
  })
  channel.on('counters', ofWatched(gauges.take))
  channel.on('statuses', ofWatched(gauges.takeStatuses))
  channel.on('debug', ofWatched(debug.take))
  channel.on('taps', ofWatched(taps.take))
  channel.on('points', ofWatched(points.take))
  channel.on('log', ({ flow, entries }) => log.take(flow, entries))
  channel.on('server', (status) => server.setState({ status }))
  channel.on('alert', (alert) =>
    alerts.setState((state) => ({ alerts: withAlert(state.alerts, alert) })),
  )
  channel.on('deployment', events.deployment)
  channel.on('saved', events.saved)
  channel.on('connections', events.connections)

  return {
    link,
    server,
    alerts,
    gauges,
    debug,
    log,
    points,
    taps,
    watch(flow) {
      if (flow === watched) return
      watched = flow
      gauges.clear()
      taps.clear()
      ask()
    },
    listen(nodes) {
      listened = nodes
      if (isConnected()) channel.send('debug', { nodes: nodes ?? null }, ignore)
    },
    setAlerts: (list) => alerts.setState({ alerts: list }),
  }
}

/** Most alerts that are kept; the server has them all. */
const alertLimit = 500

function withAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const others = alerts.filter(
    ({ flow, node, key }) => flow !== alert.flow || node !== alert.node || key !== alert.key,
  )
  return [alert, ...others].slice(0, alertLimit)
}

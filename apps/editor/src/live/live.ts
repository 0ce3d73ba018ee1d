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
  return new LiveHub(channel, events)
}

const ignore = () => undefined

class LiveHub implements Live {
  readonly link = createStore<{ state: LinkState }>(() => ({ state: 'connecting' }))
  readonly server = createStore<{ status: ServerStatus | undefined }>(() => ({ status: undefined }))
  readonly alerts = createStore<{ alerts: readonly Alert[] }>(() => ({ alerts: [] }))
  readonly gauges = createGauges()
  readonly debug = createDebugFeed()
  readonly log = createLogFeed()
  readonly points = createPointsFeed()
  readonly taps = createTaps((ports) => this.#ask('tap', { ports }))
  readonly #channel: Channel
  readonly #events: LiveEvents
  #watched: string | undefined
  #listened: readonly string[] | undefined

  constructor(channel: Channel, events: LiveEvents) {
    this.#channel = channel
    this.#events = events
    this.#hearWatched()
    channel.onLink((isUp) => this.#onLink(isUp))
    channel.on('log', ({ flow, entries }) => this.log.take(flow, entries))
    channel.on('server', (status) => this.server.setState({ status }))
    channel.on('alert', (alert) =>
      this.alerts.setState(({ alerts }) => ({ alerts: withAlert(alerts, alert) })),
    )
    channel.on('deployment', (event) => this.#onDeployment(event))
    channel.on('saved', events.saved)
    channel.on('connections', events.connections)
  }

  /** Batches of a flow that is no longer watched may still be on their way. */
  #hearWatched(): void {
    const ofWatched =
      <Batch extends { readonly flow: string }>(take: (batch: Batch) => void) =>
      (batch: Batch) => {
        if (batch.flow === this.#watched) take(batch)
      }
    this.#channel.on('counters', ofWatched(this.gauges.take))
    this.#channel.on('statuses', ofWatched(this.gauges.takeStatuses))
    this.#channel.on('debug', ofWatched(this.debug.take))
    this.#channel.on('taps', ofWatched(this.taps.take))
    this.#channel.on('points', ofWatched(this.points.take))
  }

  /** Numbers and statuses are of a run; when it is over they say nothing any more. */
  #onDeployment(event: Parameters<ServerEvents['deployment']>[0]): void {
    const isOver = event.flow === this.#watched && event.deployment.state !== 'running'
    if (isOver) this.gauges.clear()
    this.#events.deployment(event)
  }

  #onLink(isUp: boolean): void {
    const { state } = this.link.getState()
    if (!isUp && state === 'connected') this.gauges.clear()
    const isFirst = state === 'connecting' && this.#watched === undefined
    this.link.setState({ state: isUp ? 'connected' : isFirst ? 'connecting' : 'lost' })
    if (isUp) this.#askAll()
    if (isUp && state === 'lost') this.#events.back()
  }

  #ask<Name extends keyof ClientEvents>(
    event: Name,
    request: Parameters<ClientEvents[Name]>[0],
  ): void {
    if (this.link.getState().state === 'connected') this.#channel.send(event, request, ignore)
  }

  #askAll(): void {
    this.#ask('watch', { flow: this.#watched ?? null })
    this.#ask('debug', { nodes: this.#listened ?? null })
    this.taps.again()
  }

  watch(flow: string | undefined): void {
    if (flow === this.#watched) return
    this.#watched = flow
    this.gauges.clear()
    this.taps.clear()
    this.#askAll()
  }

  listen(nodes: readonly string[] | undefined): void {
    this.#listened = nodes
    this.#ask('debug', { nodes: nodes ?? null })
  }

  setAlerts(alerts: readonly Alert[]): void {
    this.alerts.setState({ alerts })
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

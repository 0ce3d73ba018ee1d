import type { PortReference } from '@millrace/flow'
import { shortCount, shortNumber } from '../format/numbers.ts'
import type { NodeGauge } from '../live/index.ts'
import { nameOf, portId } from '../model/index.ts'
import {
  bottleneckText,
  eventTimeOf,
  heldBackBy,
  lagText,
  shortLag,
  type HeldBack,
  type TimeScene,
} from '../pace/index.ts'
import type { CardParts, WireParts } from './mounted.ts'
import type { Stage } from './stage.ts'

/** At most this often, in milliseconds, numbers change on the canvas. */
const paintEveryMs = 125
/** Time goes on where nothing else does: how often, in milliseconds, that is shown. */
const timeEveryMs = 1000

/**
 * Writes the live numbers into the cards and wires that are on the page, and nowhere else. React
 * and React Flow never hear of them.
 */
export function startPainter(stage: Stage): () => void {
  const { workbench, flow } = stage
  let frame = 0
  let last = 0
  const schedule = () => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  const paint = (now: number) => {
    frame = 0
    if (now - last < paintEveryMs) return schedule()
    last = now
    paintAll(stage)
  }
  const stops = [
    workbench.live.gauges.subscribe(schedule),
    workbench.layout.subscribe(schedule),
    flow.store.subscribe(schedule),
    stage.mounted.onChange(schedule),
  ]
  const clock = setInterval(() => {
    if (flow.store.getState().deployment.state === 'running') schedule()
  }, timeEveryMs)
  schedule()
  return () => {
    clearInterval(clock)
    cancelAnimationFrame(frame)
    for (const stop of stops) stop()
  }
}

function paintAll(stage: Stage): void {
  const { workbench, mounted, flow } = stage
  const { gauges } = workbench.live
  const { document, deployment } = flow.store.getState()
  const isOff = workbench.layout.getState().liveMode === 'off'
  const isRunning = deployment.state === 'running'
  // The last numbers of a flow that was stopped say nothing of now.
  const isStill = isOff || !isRunning
  const time = {
    document,
    wires: flow.wires(),
    gauges,
    catalog: workbench.editor.catalog.getState(),
  }
  for (const [id, parts] of mounted.cards) {
    const gauge = gauges.node(id)
    if (!isOff) paintCard(parts, gauge)
    const running = isStill ? undefined : gauge
    paintLag(parts, running, { scene: time, id })
    paintSlow(parts, running)
    paintDot(stage, id, { parts, gauge, isRunning })
  }
  for (const label of mounted.portRates()) {
    const rate = isStill ? 0 : (gauges.port(label.dataset['rateOf'] ?? '')?.perSecond ?? 0)
    write(label, rate > 0 ? `${shortNumber(rate)}/s` : '')
  }
  for (const [id, parts] of mounted.wires) {
    const wire = document.wires.get(id)
    if (wire === undefined) continue
    const isPressed = gauges.node(wire.to.node)?.isPressing === true
    paintWire(parts, isStill ? 0 : rateOf(stage, wire.from), isPressed && !isStill)
  }
}

function rateOf({ workbench }: Stage, from: PortReference): number {
  return workbench.live.gauges.port(portId(from))?.perSecond ?? 0
}

/** Writes only what is different: a write of the same text costs a layout. */
function write(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text
}

function paintCard(parts: CardParts, gauge: NodeGauge | undefined): void {
  if (gauge === undefined) {
    write(parts.rate, '–')
    write(parts.queue, '')
    write(parts.errors, '')
    return
  }
  const perSecond = Math.max(gauge.receivedPerSecond, gauge.sentPerSecond)
  write(parts.rate, `${shortNumber(perSecond)}/s`)
  write(parts.queue, gauge.inFlight > 0 ? `${shortCount(gauge.inFlight)} held` : '')
  write(parts.errors, gauge.errors > 0 ? `${shortCount(gauge.errors)} err` : '')
  parts.root.toggleAttribute('data-pressed', gauge.isPressing)
  if (parts.trend !== null) paintTrend(parts.trend, gauge)
}

function paintLag(
  { root, lag }: CardParts,
  gauge: NodeGauge | undefined,
  { scene, id }: { readonly scene: TimeScene; readonly id: string },
): void {
  const time = gauge === undefined ? undefined : eventTimeOf(scene, id)
  const isCrowded = time !== undefined && gauge !== undefined && gauge.errors + gauge.inFlight > 0
  root.toggleAttribute('data-crowded', isCrowded)
  if (time === undefined) return write(lag, '')
  const text = isCrowded ? shortLag(time.lagMs) : lagText(time.lagMs)
  if (lag === null || lag.textContent === text) return
  write(lag, text)
  lag.title = `Event time is ${lagText(time.lagMs)}${waitsText(scene, heldBackBy(scene, id))}`
}

function waitsText({ document, catalog }: TimeScene, held: HeldBack | undefined): string {
  if (held === undefined) return ''
  const node = document.nodes.get(held.node ?? '')
  const parts = [node === undefined ? [] : nameOf(catalog, node), held.partition ?? []].flat()
  return `, waiting for ${parts.join(', ')}`
}

function paintSlow({ root, slow }: CardParts, gauge: NodeGauge | undefined): void {
  const isSlow = gauge?.isBottleneck === true
  root.toggleAttribute('data-slow', isSlow)
  if (slow === null || gauge === undefined || !isSlow) return
  const text = bottleneckText(gauge)
  if (slow.title !== text) slow.title = text
}

const drawnAt = new WeakMap<HTMLCanvasElement, string>()

/** The last minute as an area; drawn once a second, when it has moved on. */
function paintTrend(canvas: HTMLCanvasElement, gauge: NodeGauge): void {
  const style = getComputedStyle(canvas)
  const state = `${gauge.trendAt} ${gauge.trendCount} ${style.color}`
  if (drawnAt.get(canvas) === state) return
  drawnAt.set(canvas, state)
  const context = canvas.getContext('2d')
  if (context === null) return
  const { width, height } = canvas
  context.clearRect(0, 0, width, height)
  const values = trendValues(gauge)
  const most = Math.max(...values, 0)
  if (most === 0 || values.length < 3) return
  const step = width / (gauge.trend.length - 1)
  const start = width - (values.length - 1) * step
  context.beginPath()
  for (const [index, value] of values.entries()) {
    const y = height - 2 - (value / (most * 1.2)) * (height - 4)
    if (index === 0) context.moveTo(start, y)
    else context.lineTo(start + index * step, y)
  }
  context.strokeStyle = style.color
  context.fillStyle = style.color
  context.lineWidth = 1.6
  context.lineJoin = 'round'
  context.stroke()
  context.lineTo(width, height)
  context.lineTo(start, height)
  context.globalAlpha = 0.08
  context.fill()
  context.globalAlpha = 1
}

/** Oldest first; only as many as there are. */
function trendValues({ trend, trendAt, trendCount }: NodeGauge): readonly number[] {
  return Array.from(
    { length: trendCount },
    (_, index) => trend[(trendAt - trendCount + index + trend.length) % trend.length] ?? 0,
  )
}

function paintDot(
  { workbench, flow }: Stage,
  id: string,
  {
    parts,
    gauge,
    isRunning,
  }: { parts: CardParts; gauge: NodeGauge | undefined; isRunning: boolean },
): void {
  const { dot } = parts
  if (dot === null) return
  const status = workbench.live.gauges.status(id)
  const { document, deployed, deployment } = flow.store.getState()
  const isOn = document.nodes.get(id)?.isDisabled !== true && deployed?.nodes.has(id) === true
  const isBusy =
    isRunning && isOn && ((gauge?.received ?? 0) > 0 || (gauge?.sentPerSecond ?? 0) > 0)
  // The node for which the flow had to be stopped.
  const blame = deployment.node === id ? deployment.reason : undefined
  const calm = isRunning && isOn ? (status?.state ?? (isBusy ? 'ok' : 'idle')) : 'idle'
  const state = blame === undefined ? calm : 'error'
  if (dot.dataset['state'] !== state) dot.dataset['state'] = state
  const text = blame ?? status?.text ?? (isRunning && isOn ? 'running' : 'not running')
  if (dot.title !== text) dot.title = text
  const isTold = state === 'error' || state === 'warning' || state === 'connecting'
  write(parts.status, isTold ? text : '')
  if (isTold) parts.root.dataset['told'] = state
  else delete parts.root.dataset['told']
}

/** Thicker by the order of magnitude, from 1.5 at rest to 4.5 at a hundred thousand a second. */
export function wireWidth(perSecond: number): number {
  return Math.min(4.5, 1.5 + Math.log10(1 + perSecond) * 0.6)
}

function paintWire(parts: WireParts, perSecond: number, isPressed: boolean): void {
  const isFlowing = perSecond > 0
  parts.root.toggleAttribute('data-flowing', isFlowing)
  parts.root.toggleAttribute('data-pressed', isPressed)
  const width = isFlowing ? `${wireWidth(perSecond).toFixed(1)}px` : ''
  if (parts.line.style.strokeWidth !== width) parts.line.style.strokeWidth = width
  if (!isFlowing) return
  const text = `${shortNumber(perSecond)}/s`
  if (parts.chipText.textContent === text) return
  parts.chipText.textContent = text
  const wide = Math.round(text.length * 6 + 10)
  parts.chipBox.setAttribute('width', String(wide))
  parts.chipBox.setAttribute('x', String(-wide / 2))
}

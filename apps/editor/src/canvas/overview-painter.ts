import { nameOf, portId } from '../model/index.ts'
import type { Box, Curve } from '../model/geometry.ts'
import { readColors, type Colors } from './palette-colors.ts'
import { problemsByNode } from './problems-by-node.ts'
import type { SceneNode } from './scene.ts'
import type { Stage } from './stage.ts'

/** More boxes than this are drawn without names. */
const mostNames = 700
/** More wires than this are drawn without their bends. */
const mostBends = 1200
/** Below this zoom a card is a block of colour. */
const blocksBelowZoom = 0.14
/** How much more than what is seen is painted, in parts of its size. */
const margin = 0.25
/** Names are written when a card is at least this many pixels wide. */
const nameNeedsPixels = 44

/** Paints the flow while it is too small for cards. */
export class OverviewPainter {
  readonly #stage: Stage
  readonly #canvas: HTMLCanvasElement
  #colors: Colors = readColors()
  #frame = 0
  /** What the picture shows, in canvas units, and how large. */
  #painted: (Box & { readonly zoom: number }) | undefined

  constructor(stage: Stage, canvas: HTMLCanvasElement) {
    this.#stage = stage
    this.#canvas = canvas
  }

  open(): () => void {
    const { workbench, flow, scene, state } = this.#stage
    const schedule = () => this.#schedule()
    const stops = [
      this.#stage.onView(() => this.#follow()),
      flow.store.subscribe(schedule),
      scene.onMove(schedule),
      state.subscribe(schedule),
      workbench.live.gauges.subscribe(schedule),
      workbench.editor.catalog.subscribe(schedule),
      workbench.theme.subscribe(() => {
        this.#colors = readColors()
        schedule()
      }),
    ]
    schedule()
    return () => {
      cancelAnimationFrame(this.#frame)
      for (const stop of stops) stop()
    }
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint())
  }

  #paint(): void {
    this.#frame = 0
    if (this.#stage.state.getState().detail === 'cards') {
      this.#painted = undefined
      return
    }
    const context = this.#canvas.getContext('2d')
    if (context === null) return
    const area = this.#stage.visible(margin)
    this.#prepare(context, area)
    this.#paintWires(context, this.#stage.scene.wiresIn(area))
    const boxes = this.#stage.scene.nodesIn(area).flatMap((id) => this.#stage.scene.boxOf(id) ?? [])
    if (this.#stage.viewport.zoom < blocksBelowZoom) this.#paintBlocks(context, boxes)
    else this.#paintBoxes(context, boxes)
    this.#paintMarks(context, boxes)
    this.#paintNames(context, boxes)
    this.#place()
  }

  /** Panning only shifts the picture, for as long as it reaches. */
  #follow(): void {
    const { zoom } = this.#stage.viewport
    const { x, y, width, height } = this.#stage.visible()
    const painted = this.#painted
    const reaches =
      painted !== undefined &&
      painted.zoom === zoom &&
      x >= painted.x &&
      y >= painted.y &&
      x + width <= painted.x + painted.width &&
      y + height <= painted.y + painted.height
    if (reaches) this.#place()
    else this.#schedule()
  }

  #place(): void {
    const { x, y, zoom } = this.#stage.viewport
    if (this.#painted === undefined) return
    const left = Math.round(this.#painted.x * zoom + x)
    const top = Math.round(this.#painted.y * zoom + y)
    this.#canvas.style.transform = `translate(${left}px, ${top}px)`
  }

  /** Makes room for the area and lets canvas units be drawn in. */
  #prepare(context: CanvasRenderingContext2D, area: Box): void {
    const { zoom } = this.#stage.viewport
    const ratio = Math.min(2, devicePixelRatio)
    const [wide, high] = [Math.ceil(area.width * zoom), Math.ceil(area.height * zoom)]
    if (this.#canvas.width !== wide * ratio || this.#canvas.height !== high * ratio) {
      this.#canvas.width = wide * ratio
      this.#canvas.height = high * ratio
      this.#canvas.style.width = `${wide}px`
      this.#canvas.style.height = `${high}px`
    }
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, wide * ratio, high * ratio)
    const scale = zoom * ratio
    context.setTransform(scale, 0, 0, scale, -area.x * scale, -area.y * scale)
    this.#painted = { ...area, zoom }
  }

  #paintWires(context: CanvasRenderingContext2D, ids: readonly string[]): void {
    const { scene, flow, workbench } = this.#stage
    const { selection } = flow.store.getState()
    const isLive = workbench.layout.getState().liveMode !== 'off'
    const isStraight = ids.length > mostBends
    const still = new Path2D()
    const flowing = new Path2D()
    const chosen = new Path2D()
    for (const id of ids) {
      const curve = scene.curveOf(id)
      const wire = scene.document.wires.get(id)
      if (curve === undefined || wire === undefined) continue
      const rate = isLive ? (workbench.live.gauges.port(portId(wire.from))?.perSecond ?? 0) : 0
      const path = selection.wires.has(id) ? chosen : rate > 0 ? flowing : still
      trace(path, curve, isStraight)
    }
    const { zoom } = this.#stage.viewport
    const stroke = (path: Path2D, color: string, pixels: number) => {
      context.strokeStyle = color
      context.lineWidth = pixels / zoom
      context.stroke(path)
    }
    stroke(still, this.#colors.wire, 1)
    stroke(flowing, this.#colors.wireLive, 1.4)
    stroke(chosen, this.#colors.selected, 1.8)
  }

  /** From very far, a block in the tint of its category says all that can be seen. */
  #paintBlocks(context: CanvasRenderingContext2D, boxes: readonly SceneNode[]): void {
    const { descriptors } = this.#stage.workbench.editor.catalog.getState()
    const blocks = new Map<string, Path2D>()
    for (const { x, y, width, height, node } of boxes) {
      const tint = this.#colors.tint(descriptors.get(node.type)?.category)
      const path = blocks.get(tint) ?? new Path2D()
      blocks.set(tint, path)
      path.rect(x, y, width, height)
    }
    for (const [tint, path] of blocks) {
      context.fillStyle = tint
      context.fill(path)
    }
  }

  #paintBoxes(context: CanvasRenderingContext2D, boxes: readonly SceneNode[]): void {
    const { zoom } = this.#stage.viewport
    const { descriptors } = this.#stage.workbench.editor.catalog.getState()
    const outlines = new Path2D()
    const bars = new Map<string, Path2D>()
    const barWidth = Math.max(4, 3 / zoom)
    for (const { x, y, width, height, node } of boxes) {
      outlines.rect(x, y, width, height)
      const tint = this.#colors.tint(descriptors.get(node.type)?.category)
      const path = bars.get(tint) ?? new Path2D()
      bars.set(tint, path)
      path.rect(x, y, barWidth, height)
    }
    context.fillStyle = this.#colors.panel
    context.fill(outlines)
    context.strokeStyle = this.#colors.line
    context.lineWidth = 1 / zoom
    context.stroke(outlines)
    for (const [tint, path] of bars) {
      context.fillStyle = tint
      context.fill(path)
    }
  }

  /** What is selected, has problems or presses stands out. */
  #paintMarks(context: CanvasRenderingContext2D, boxes: readonly SceneNode[]): void {
    const { flow, workbench, viewport } = this.#stage
    const state = flow.store.getState()
    const { selection, focus } = state
    const problems = problemsByNode(state)
    const isBroken = (id: string) => (problems.get(id)?.look ?? 'unfinished') !== 'unfinished'
    for (const { id, x, y, width, height } of boxes) {
      const gauge = workbench.live.gauges.node(id)
      // Of those that press, the one for which they do is drawn twice as thick.
      context.lineWidth = (gauge?.isBottleneck === true ? 4 : 2) / viewport.zoom
      const color = selection.nodes.has(id)
        ? this.#colors.selected
        : isBroken(id) || workbench.live.gauges.status(id)?.state === 'error'
          ? this.#colors.error
          : gauge?.isPressing === true
            ? this.#colors.warning
            : undefined
      if (color === undefined && id !== focus) continue
      context.strokeStyle = color ?? this.#colors.accent
      context.strokeRect(x, y, width, height)
    }
  }

  #paintNames(context: CanvasRenderingContext2D, boxes: readonly SceneNode[]): void {
    const { zoom } = this.#stage.viewport
    if (boxes.length > mostNames) return
    const catalog = this.#stage.workbench.editor.catalog.getState()
    context.fillStyle = this.#colors.text
    context.font = `500 ${10 / zoom}px ${getComputedStyle(document.body).fontFamily}`
    context.textBaseline = 'middle'
    const inset = Math.max(8, 6 / zoom)
    for (const { x, y, width, height, node } of boxes) {
      if (width * zoom < nameNeedsPixels) continue
      const name = nameOf(catalog, node)
      const room = width - inset - 4 / zoom
      const letters = Math.max(1, Math.floor((room * zoom) / 5.4))
      const shown = name.length > letters ? `${name.slice(0, letters - 1)}…` : name
      context.fillText(shown, x + inset, y + height / 2, room)
    }
  }
}

function trace(path: Path2D, { from, leaving, arriving, to }: Curve, isStraight: boolean): void {
  path.moveTo(from.x, from.y)
  if (isStraight) path.lineTo(to.x, to.y)
  else path.bezierCurveTo(leaving.x, leaving.y, arriving.x, arriving.y, to.x, to.y)
}

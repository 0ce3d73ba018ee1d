import type { Position } from '@millrace/flow'
import type { Stage } from '../stage.ts'
import { startBand } from './band.ts'
import { startCardDrag } from './card-drag.ts'
import { place } from './placing.ts'
import type { Drag } from './drag.ts'
import { finishByClick, moveWiring, startWiring } from './wiring.ts'

/** How far, in pixels, the pointer moves before a press becomes a drag. */
const dragAfterPixels = 4

interface Press {
  readonly from: Position
  readonly pointerId: number
  readonly begin: () => Drag | undefined
  readonly click: () => void
  /** Takes off what listens to this press. */
  readonly stop: AbortController
  drag: Drag | undefined
  isDragging: boolean
}

/** Turns what the pointer does on the canvas into commands; returns what takes it off again. */
export function attachGestures(stage: Stage, element: HTMLElement): () => void {
  const gestures = new Gestures(stage, element)
  return gestures.attach()
}

class Gestures {
  readonly #stage: Stage
  readonly #element: HTMLElement
  #press: Press | undefined

  constructor(stage: Stage, element: HTMLElement) {
    this.#stage = stage
    this.#element = element
  }

  attach(): () => void {
    const stop = new AbortController()
    const { signal } = stop
    const element = this.#element
    // Before React Flow, which would pan.
    element.addEventListener('pointerdown', (event) => this.#down(event), { capture: true, signal })
    element.addEventListener('pointermove', (event) => this.#hover(event), { signal })
    element.addEventListener('pointerleave', () => this.#leave(), { signal })
    element.addEventListener('dblclick', (event) => doubleClick(this.#stage, event), { signal })
    element.addEventListener('contextmenu', (event) => openMenu(this.#stage, event), { signal })
    return () => {
      stop.abort()
      this.#cancel()
    }
  }

  #down(event: PointerEvent): void {
    this.#stage.pointer = point(event)
    if (this.#press !== undefined) return this.#cancel()
    if (event.button !== 0 || isBusyElsewhere(event.target)) return
    const handled = pressOn(this.#stage, event)
    if (handled === undefined) return
    this.#element.focus({ preventScroll: true })
    // The press is ours: no panning, no text selection, no focus elsewhere.
    event.preventDefault()
    event.stopPropagation()
    this.#press = this.#begin(event, handled)
  }

  #begin(event: PointerEvent, handled: Handled): Press {
    const stop = new AbortController()
    const { signal } = stop
    addEventListener('pointermove', (moved) => this.#move(moved), { signal })
    addEventListener('pointerup', (lifted) => this.#up(lifted), { signal })
    addEventListener('pointercancel', () => this.#cancel(), { signal })
    addEventListener('keydown', (pressed) => this.#key(pressed), { capture: true, signal })
    const { pointerId } = event
    return { ...handled, from: point(event), pointerId, stop, drag: undefined, isDragging: false }
  }

  #move(event: PointerEvent): void {
    const press = this.#press
    if (press === undefined || event.pointerId !== press.pointerId) return
    this.#stage.pointer = point(event)
    const distance = Math.hypot(event.clientX - press.from.x, event.clientY - press.from.y)
    if (!press.isDragging && distance < dragAfterPixels) return
    if (!press.isDragging) {
      press.isDragging = true
      press.drag = press.begin()
    }
    press.drag?.move(point(event), event)
  }

  #up(event: PointerEvent): void {
    if (event.pointerId !== this.#press?.pointerId) return
    const press = this.#release()
    if (press?.isDragging === true) press.drag?.end(point(event), event)
    else press?.click()
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    this.#cancel()
  }

  #cancel(): void {
    this.#release()?.drag?.cancel()
  }

  #release(): Press | undefined {
    const press = this.#press
    this.#press = undefined
    press?.stop.abort()
    return press
  }

  #hover(event: PointerEvent): void {
    const stage = this.#stage
    stage.pointer = point(event)
    if (stage.state.getState().wiring?.isByClicks === true) moveWiring(stage, point(event))
    if (this.#press === undefined) hover(stage, event)
  }

  #leave(): void {
    this.#stage.pointer = undefined
    this.#stage.state.setState({ hoveredWire: undefined, hoveredNode: undefined })
  }
}

const point = ({ clientX: x, clientY: y }: MouseEvent): Position => ({ x, y })

function near(target: EventTarget | null, selector: string): HTMLElement | SVGElement | undefined {
  const found = target instanceof Element ? target.closest(selector) : null
  return found instanceof HTMLElement || found instanceof SVGElement ? found : undefined
}

/** Buttons, menus and lists over the canvas have a life of their own. */
function isBusyElsewhere(target: EventTarget | null): boolean {
  return near(target, 'button, input, textarea, [data-wire-add], [data-over-canvas]') !== undefined
}

/** What lies under the pointer: by element where there are cards, by place in the overview. */
export function under(
  stage: Stage,
  event: MouseEvent,
): { readonly node?: string; readonly wire?: string; readonly group?: string } {
  const node = near(event.target, '[data-node]')?.dataset['node']
  if (node !== undefined) return { node }
  const group = near(event.target, '[data-group]')?.dataset['group']
  if (group !== undefined) return { group }
  const wire = near(event.target, '[data-wire]')?.dataset['wire']
  if (wire !== undefined) return { wire }
  if (stage.state.getState().detail === 'cards') return {}
  const found = stage.scene.nodeAt(stage.toCanvas(point(event)))
  return found === undefined ? {} : { node: found }
}

type Handled = Pick<Press, 'begin' | 'click'>

function pressOn(stage: Stage, event: PointerEvent): Handled | undefined {
  const { wiring, placing } = stage.state.getState()
  if (placing !== undefined)
    return { begin: () => undefined, click: () => place(stage, point(event)) }
  const port = near(event.target, '[data-port]')
  if (wiring?.isByClicks === true) {
    moveWiring(stage, point(event))
    return { begin: () => undefined, click: () => finishByClick(stage, point(event)) }
  }
  if (port !== undefined) return pressOnPort(stage, port.dataset)
  const { node, wire, group } = under(stage, event)
  if (node !== undefined) return pressOnCard(stage, node, event)
  if (group !== undefined) return pressOnGroup(stage, group, event)
  if (wire !== undefined) return pressOnWire(stage, wire, event)
  // Fingers pan; a mouse or a pen draws a band.
  if (event.pointerType === 'touch' || isPanKeyDown(stage)) return undefined
  return {
    begin: () => startBand(stage, point(event), event),
    click: () => {
      if (!isAdding(event)) stage.flow.clearSelection()
    },
  }
}

function isPanKeyDown(stage: Stage): boolean {
  return stage.element?.hasAttribute('data-pan-key') === true
}

function pressOnPort(stage: Stage, data: DOMStringMap): Handled | undefined {
  const { port, side, of } = data
  if (port === undefined || of === undefined || (side !== 'input' && side !== 'output'))
    return undefined
  const spot = stage.scene.portSpot({ node: of, port }, side)
  if (spot === undefined) return undefined
  return {
    begin: () => startWiring(stage, spot, { isByClicks: false }),
    click: () => void startWiring(stage, spot, { isByClicks: true }),
  }
}

const isAdding = (event: MouseEvent) => event.shiftKey || event.ctrlKey || event.metaKey

function pressOnCard(stage: Stage, node: string, event: PointerEvent): Handled {
  const { flow } = stage
  const wasSelected = flow.store.getState().selection.nodes.has(node)
  if (!wasSelected && !isAdding(event)) flow.select([node])
  flow.focusNode(node)
  return {
    begin: () => {
      if (!flow.store.getState().selection.nodes.has(node)) flow.toggle({ node })
      return startCardDrag(stage, node, { from: point(event), isCopying: event.altKey })
    },
    click: () => {
      if (isAdding(event)) flow.toggle({ node })
      else if (wasSelected) flow.select([node])
    },
  }
}

function pressOnGroup(stage: Stage, id: string, event: PointerEvent): Handled {
  const { flow } = stage
  const nodes = flow.store.getState().document.groups.get(id)?.nodes ?? []
  const choose = () => {
    const { selection } = flow.store.getState()
    flow.select(isAdding(event) ? [...selection.nodes, ...nodes] : nodes)
  }
  return {
    begin: () => {
      choose()
      const [first] = nodes
      return first === undefined
        ? undefined
        : startCardDrag(stage, first, { from: point(event), isCopying: event.altKey })
    },
    click: choose,
  }
}

function pressOnWire(stage: Stage, wire: string, event: PointerEvent): Handled {
  return {
    begin: () => startBand(stage, point(event), event),
    click: () => {
      if (isAdding(event)) stage.flow.toggle({ wire })
      else stage.flow.select([], [wire])
    },
  }
}

function hover(stage: Stage, event: PointerEvent): void {
  const { node, wire } = under(stage, event)
  const { hoveredWire, hoveredNode } = stage.state.getState()
  if (hoveredWire !== wire || hoveredNode !== node)
    stage.state.setState({ hoveredWire: wire, hoveredNode: node })
}

function doubleClick(stage: Stage, event: MouseEvent): void {
  if (isBusyElsewhere(event.target) || near(event.target, '[data-port]') !== undefined) return
  const { layout, view } = stage.workbench
  const { node, wire, group } = under(stage, event)
  if (node !== undefined) {
    if (stage.state.getState().detail === 'overview') view.showNode(node)
    layout.openInspector()
  } else if (group === undefined) {
    const at = stage.toCanvas(point(event))
    layout.setState({ quickAdd: { at, ...(wire === undefined ? {} : { onWire: wire }) } })
  }
}

function openMenu(stage: Stage, event: MouseEvent): void {
  if (isBusyElsewhere(event.target)) return
  event.preventDefault()
  const { node, wire } = under(stage, event)
  const { flow } = stage
  const { selection } = flow.store.getState()
  if (node !== undefined && !selection.nodes.has(node)) flow.select([node])
  if (wire !== undefined && !selection.wires.has(wire)) flow.select([], [wire])
  const on =
    node !== undefined
      ? { node }
      : wire !== undefined
        ? { wire }
        : { point: stage.toCanvas(point(event)) }
  stage.state.setState({ menu: { at: point(event), on } })
}

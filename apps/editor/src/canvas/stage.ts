import type { Position } from '@millrace/flow'
import type { StoreApi } from 'zustand/vanilla'
import type { FlowEditor } from '../model/index.ts'
import type { Box } from '../model/geometry.ts'
import type { Workbench } from '../shell/context.tsx'
import { createCanvasState, type CanvasState } from './canvas-state.ts'
import { Mounted } from './mounted.ts'
import { Scene } from './scene.ts'

export interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** What moves the view; React Flow stands behind it. */
export interface Camera {
  setViewport(viewport: Viewport, options?: { readonly durationMs?: number }): void
}

/** The canvas of one flow, for all who work on it: gestures, painters, keyboard, overlays. */
export class Stage {
  readonly flow: FlowEditor
  readonly workbench: Workbench
  readonly scene: Scene
  readonly state: StoreApi<CanvasState> = createCanvasState()
  /** The elements that are on the page now. */
  readonly mounted = new Mounted()
  /** Where the pointer was last, in the window; undefined when it is not over the canvas. */
  pointer: Position | undefined
  #viewport: Viewport = { x: 0, y: 0, zoom: 1 }
  #element: HTMLElement | undefined
  #camera: Camera | undefined
  #bounds = { left: 0, top: 0, width: 0, height: 0 }
  readonly #viewListeners = new Set<() => void>()

  constructor(workbench: Workbench, flow: FlowEditor) {
    this.flow = flow
    this.workbench = workbench
    this.scene = new Scene(flow, () => workbench.editor.catalog.getState())
  }

  get viewport(): Viewport {
    return this.#viewport
  }

  get element(): HTMLElement | undefined {
    return this.#element
  }

  /** Size of the canvas on the screen. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#bounds
  }

  attach(element: HTMLElement): () => void {
    this.#element = element
    const measure = () => {
      const { left, top, width, height } = element.getBoundingClientRect()
      this.#bounds = { left, top, width, height }
      this.#viewChanged()
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    // What is beside the canvas moves it without changing its size.
    addEventListener('scroll', measure, true)
    measure()
    return () => {
      observer.disconnect()
      removeEventListener('scroll', measure, true)
      this.#element = undefined
    }
  }

  setCamera(camera: Camera): void {
    this.#camera = camera
  }

  /** Takes in that the view has moved. */
  onViewport(viewport: Viewport): void {
    this.#viewport = viewport
    this.#viewChanged()
  }

  moveTo(viewport: Viewport, options?: { readonly durationMs?: number }): void {
    this.#camera?.setViewport(viewport, options)
  }

  /** Runs on every frame in which the view moves. */
  onView(listener: () => void): () => void {
    this.#viewListeners.add(listener)
    return () => void this.#viewListeners.delete(listener)
  }

  #viewChanged(): void {
    for (const listener of this.#viewListeners) listener()
  }

  /** What is seen, in canvas units, with a margin in parts of its size. */
  visible(margin = 0): Box {
    const { x, y, zoom } = this.#viewport
    const width = this.#bounds.width / zoom
    const height = this.#bounds.height / zoom
    return {
      x: -x / zoom - width * margin,
      y: -y / zoom - height * margin,
      width: width * (1 + 2 * margin),
      height: height * (1 + 2 * margin),
    }
  }

  /** From a point of the window to one of the canvas. */
  toCanvas({ x, y }: Position): Position {
    const bounds = this.#element?.getBoundingClientRect() ?? this.#bounds
    const { x: left, y: top, zoom } = this.#viewport
    return { x: (x - bounds.left - left) / zoom, y: (y - bounds.top - top) / zoom }
  }

  /** From a point of the canvas to one of the window. */
  toWindow({ x, y }: Position): Position {
    const bounds = this.#element?.getBoundingClientRect() ?? this.#bounds
    const { x: left, y: top, zoom } = this.#viewport
    return { x: x * zoom + left + bounds.left, y: y * zoom + top + bounds.top }
  }

  center(): Position {
    const { x, y, width, height } = this.visible()
    return { x: x + width / 2, y: y + height / 2 }
  }

  /** The pointer in canvas units, or the middle while it is elsewhere. */
  pointerOrCenter(): Position {
    return this.pointer === undefined ? this.center() : this.toCanvas(this.pointer)
  }

  /** Screen pixels in canvas units. */
  pixels(count: number): number {
    return count / this.#viewport.zoom
  }
}

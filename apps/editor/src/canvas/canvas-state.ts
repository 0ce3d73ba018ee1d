import type { PortReference, Position } from '@millrace/flow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Side } from '../model/index.ts'
import type { Box } from '../model/geometry.ts'
import type { PortSpot } from './scene.ts'

/** A wire that is being drawn, by dragging or from click to click. */
export interface Wiring {
  readonly start: PortSpot
  /** Where its free end is, in canvas units. */
  readonly end: Position
  /** The port that it would be joined to. */
  readonly target: PortSpot | undefined
  /** Why the port under it would not do. */
  readonly refusal: string | undefined
  /** The wire whose end is being moved. */
  readonly moved: string | undefined
  readonly isByClicks: boolean
}

/** A node type on its way from the palette to its place. */
export interface Placing {
  readonly type: string
  /** Middle of the card, in canvas units; undefined while the pointer is not over the canvas. */
  readonly at: Position | undefined
  readonly onWire: string | undefined
  readonly isByDrag: boolean
}

/** `cards` are elements of the page; `overview` is painted, for when everything is small. */
export type Detail = 'cards' | 'overview'

export interface CanvasMenu {
  /** In the window. */
  readonly at: Position
  readonly on: { readonly node: string } | { readonly wire: string } | { readonly point: Position }
}

/** What goes on at the canvas at this moment; nothing of it is part of the document. */
export interface CanvasState {
  readonly detail: Detail
  readonly wiring: Wiring | undefined
  readonly placing: Placing | undefined
  /** The rubber band, in canvas units. */
  readonly band: Box | undefined
  readonly hoveredWire: string | undefined
  readonly hoveredNode: string | undefined
  /** The wire that a node would be put into if it were dropped now. */
  readonly spliced: string | undefined
  readonly menu: CanvasMenu | undefined
  /** A list of ports to wire to, opened by the keyboard. */
  readonly connecting: PortReference | undefined
  /** Arrow keys move the node instead of going to the next. */
  readonly isMoveMode: boolean
  readonly isDragging: boolean
  readonly isPanning: boolean
}

export function createCanvasState(): StoreApi<CanvasState> {
  return createStore<CanvasState>(() => ({
    detail: 'cards',
    wiring: undefined,
    placing: undefined,
    band: undefined,
    hoveredWire: undefined,
    hoveredNode: undefined,
    spliced: undefined,
    menu: undefined,
    connecting: undefined,
    isMoveMode: false,
    isDragging: false,
    isPanning: false,
  }))
}

export const otherSide = (side: Side): Side => (side === 'input' ? 'output' : 'input')

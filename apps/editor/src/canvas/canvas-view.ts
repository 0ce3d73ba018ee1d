import type { Position } from '@millrace/flow'

/** What the rest of the page may ask of the canvas in front. */
export interface CanvasView {
  /** Brings a node into view, and puts the focus on it when asked to. */
  showNode(node: string, options?: { readonly focus?: boolean }): void
  fit(): void
  zoomBy(factor: number): void
  zoomTo(zoom: number): void
  /** Where something pasted goes: under the pointer, or into the middle of what is seen. */
  pastePoint(): Position
  /** The middle of what is seen, in canvas units. */
  center(): Position
  /** Lets a node type follow the pointer until it is put down; a drag ends with its release. */
  place(type: string, options: { readonly isByDrag: boolean }): void
  /** Puts the keyboard on the canvas. */
  focus(): void
}

/** What a mounted canvas does about it. */
export type CanvasPort = CanvasView

/** Passes what is asked on to the canvas that is mounted; does nothing while there is none. */
export function createCanvasView(): CanvasView & { attach(port: CanvasPort): () => void } {
  let port: CanvasPort | undefined
  return {
    attach(mounted) {
      port = mounted
      return () => {
        if (port === mounted) port = undefined
      }
    },
    showNode: (node, options) => port?.showNode(node, options),
    fit: () => port?.fit(),
    zoomBy: (factor) => port?.zoomBy(factor),
    zoomTo: (zoom) => port?.zoomTo(zoom),
    center: () => port?.center() ?? { x: 0, y: 0 },
    pastePoint: () => port?.pastePoint() ?? { x: 0, y: 0 },
    place: (type, options) => port?.place(type, options),
    focus: () => port?.focus(),
  }
}

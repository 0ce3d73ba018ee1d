import type { Position } from '@millrace/flow'

/** A movement of the pointer with the button down. Points are in the window. */
export interface Drag {
  move(point: Position, event: PointerEvent): void
  end(point: Position, event: PointerEvent): void
  cancel(): void
}

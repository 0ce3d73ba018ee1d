/** What to do when no further message may wait. */
export type WhenFull = 'slow' | 'dropNewest' | 'dropOldest'

export interface RoomParts {
  readonly waitingMax: number
  readonly whenFull: WhenFull
  readonly pressure: (isHigh: boolean) => void
}

/**
 * Watches over how many messages wait. Asked to slow the sources down, it does so at the bound and
 * lets them go on at half of it; what they still send until then waits too, up to twice the bound.
 */
export class Room {
  private readonly parts: RoomParts
  private isPressing = false

  constructor(parts: RoomParts) {
    this.parts = parts
  }

  /** Whether another may come in without one being dropped. */
  has(size: number): boolean {
    const { waitingMax, whenFull } = this.parts
    return size < (whenFull === 'slow' ? 2 * waitingMax : waitingMax)
  }

  /** To be told after each change. */
  holds(size: number): void {
    const { waitingMax, whenFull, pressure } = this.parts
    if (whenFull !== 'slow') return
    const isHigh = this.isPressing ? size > waitingMax / 2 : size >= waitingMax
    if (isHigh === this.isPressing) return
    this.isPressing = isHigh
    pressure(isHigh)
  }
}

import type { Clock, Timers } from '@millrace/sdk'

export interface Point {
  readonly name: string
  readonly time: number
  readonly value: number
}

interface Series {
  /** When a point was last reported, by the clock that measures stretches. */
  reportedAt: number
  waiting: Point | undefined
}

export interface ThinningParts {
  readonly everyMs: number
  readonly seriesMax: number
  readonly clock: Clock
  readonly timers: Timers
  readonly report: (point: Point) => void
}

/**
 * Reports at most one point of a series in each stretch of time: the first at once, then the newest
 * of those that came since, so that the last value is never missing.
 */
export class Thinning {
  private readonly parts: ThinningParts
  private readonly series = new Map<string, Series>()
  private isTimed = false

  constructor(parts: ThinningParts) {
    this.parts = parts
  }

  /** False when there are too many series for another one. */
  add(point: Point): boolean {
    const series = this.series.get(point.name) ?? this.open(point.name)
    if (series === undefined) return false
    const now = this.parts.clock.monotonic()
    if (series.waiting === undefined && now - series.reportedAt >= this.parts.everyMs) {
      series.reportedAt = now
      this.parts.report(point)
      return true
    }
    series.waiting = point
    this.wait()
    return true
  }

  /** Reports all that waits, whether its time has come or not. */
  flush(): void {
    this.reportWaiting(0)
  }

  private reportWaiting(everyMs: number): void {
    const now = this.parts.clock.monotonic()
    for (const series of this.series.values()) {
      const point = series.waiting
      if (point === undefined) continue
      if (now - series.reportedAt < everyMs) {
        this.wait()
        continue
      }
      series.waiting = undefined
      series.reportedAt = now
      this.parts.report(point)
    }
  }

  private open(name: string): Series | undefined {
    if (this.series.size >= this.parts.seriesMax) return undefined
    const series: Series = { reportedAt: -Infinity, waiting: undefined }
    this.series.set(name, series)
    return series
  }

  private wait(): void {
    if (this.isTimed) return
    this.isTimed = true
    this.parts.timers.after(this.parts.everyMs, () => {
      this.isTimed = false
      this.reportWaiting(this.parts.everyMs)
    })
  }
}

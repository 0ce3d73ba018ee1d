import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PointsBatch } from '@millrace/protocol'
import type { Clock } from '@millrace/sdk'
import { chartStore, StoreWriter, tagsOf, tagsText } from '@millrace/store'
import type { StorePoint, StoreReader } from '@millrace/store'
import type { PointHistory } from '../observe/point-history.ts'

export interface ChartHistoryOptions {
  readonly folder: string
  readonly reader: StoreReader
  readonly clock: Clock
  readonly history: PointHistory
  /** What the person calls the node. */
  readonly nameOf: (flow: string, node: string) => string
  readonly onError: (error: unknown) => void
}

const [hourMs, dayMs] = [3_600_000, 86_400_000]
/** At most 10 points a second come of a line; one a second is kept. */
const thinMs = 1_000
const writeEveryMs = 5_000
/** More than come in that time from as many charts as there can be; the newest are left out. */
const waitingMax = 200_000

const chartPath = (folder: string) => join(folder, `${chartStore}.sqlite`)

/**
 * Keeps what charts drew, in a store of its own, so that it outlives the server and can be read as a
 * data source. The file belongs to the server, as charts report to it.
 */
export class ChartHistory {
  readonly #options: ChartHistoryOptions
  readonly #writer: StoreWriter
  /** By series and second: of points in the same second the newest stays. */
  #waiting = new Map<string, StorePoint>()
  #timer: NodeJS.Timeout | undefined
  #last: Promise<void> = Promise.resolve()
  #isFailing = false

  constructor(options: ChartHistoryOptions) {
    this.#options = options
    this.#writer = new StoreWriter({
      path: chartPath(options.folder),
      limits: { seriesMax: 10_000, bytesMax: 256_000_000 },
      retention: { rawMs: 6 * hourMs, minuteMs: 30 * dayMs, hourMs: 365 * dayMs },
    })
  }

  /** Gives the charts the last hour of the server before. */
  async restore(): Promise<void> {
    const { reader, clock, history, folder } = this.#options
    // Reading takes a thread, and mostly there is nothing to read.
    if (!existsSync(chartPath(folder))) return
    for (const { tags, times, values } of await reader.recent(clock.now() - hourMs)) {
      const { flow = '', id: node = '', line: series = '' } = tags
      history.restore({ flow, node, series, times: Array.from(times), values: Array.from(values) })
    }
  }

  take({ flow, points }: PointsBatch): void {
    for (const { node, series, times, values } of points) {
      const name = this.#options.nameOf(flow, node)
      const tags = tagsText([
        ['flow', flow],
        ['id', node],
        ['line', series],
        ['name', name],
      ])
      for (const [index, time] of times.entries()) {
        const value = values[index]
        if (value !== undefined) this.#add({ tags, time, value })
      }
    }
  }

  /** Forgets what charts of a flow drew. */
  async forget(flow: string): Promise<void> {
    for (const [key, { tags }] of this.#waiting) {
      if (tagsOf(tags).some(([name, value]) => name === 'flow' && value === flow))
        this.#waiting.delete(key)
    }
    const forgotten = this.#last.then(async () => {
      if (existsSync(chartPath(this.#options.folder))) await this.#writer.remove(['flow', flow])
    })
    this.#last = forgotten.catch(() => undefined)
    await forgotten
  }

  /** Forgets all that was kept; `remove` takes the file away, which is not open meanwhile. */
  async clear(remove: () => Promise<void>): Promise<void> {
    this.#waiting = new Map()
    const cleared = this.#last.then(async () => {
      await this.#writer.close()
      await remove()
    })
    this.#last = cleared.catch(() => undefined)
    await cleared
  }

  /** Writes what waits, and ends. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#writeSoon()
    await this.#last
    await this.#writer.close().catch(this.#options.onError)
  }

  #add({ tags, time, value }: Pick<StorePoint, 'tags' | 'time' | 'value'>): void {
    const second = Math.floor(time / thinMs) * thinMs
    const key = `${second} ${tags}`
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(key)) return
    this.#waiting.set(key, { measurement: 'chart', field: 'value', tags, time: second, value })
    this.#timer ??= setTimeout(() => this.#writeSoon(), writeEveryMs)
  }

  #writeSoon(): void {
    this.#timer = undefined
    if (this.#waiting.size > 0) this.#last = this.#last.then(() => this.#write())
  }

  /** Never rejects: a chart without a past is no reason for anything else to fail. */
  async #write(): Promise<void> {
    const points = [...this.#waiting.values()]
    this.#waiting = new Map()
    const nowMs = this.#options.clock.now()
    try {
      // Points that are refused are too old, or of too many lines: no loss for a chart.
      await this.#writer.write(points, nowMs)
      await this.#writer.maintain(nowMs)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.onError(error)
      this.#isFailing = true
    }
  }
}

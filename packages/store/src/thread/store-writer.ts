import type { PointBatch, RefusedPoint } from '../file/point-batch.ts'
import type { WriterLimits } from '../file/store-writer-file.ts'
import type { Retention, SeriesDefinition, Tags } from '../point.ts'
import { StoreError } from '../store-error.ts'
import { ThreadCalls } from './thread-calls.ts'

export interface WriterSettings {
  readonly path: string
  readonly limits: WriterLimits
  /** By measurement, or one for all. */
  readonly retention: Retention | ReadonlyMap<string, Retention>
}

export type WriterRequest =
  | { readonly kind: 'write'; readonly batch: PointBatch; readonly nowMs: number }
  | { readonly kind: 'maintain'; readonly nowMs: number }
  | { readonly kind: 'remove'; readonly tag: Tags[number] }
  | { readonly kind: 'close' }

/** One value of one series. */
export interface StorePoint {
  readonly measurement: string
  readonly field: string
  /** See `tagsText`. */
  readonly tags: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly value: number | boolean | string
}

export interface Upkeep {
  /** Whether there is more to do at once. */
  readonly isMore: boolean
  /** Of the file on disk. */
  readonly bytes: number
}

/** Writes a file of time series in a thread of its own. */
export class StoreWriter {
  readonly #calls: ThreadCalls
  readonly #numbers = new Map<string, number>()
  readonly #definitions: SeriesDefinition[] = []
  readonly #seriesMax: number
  /** Definitions from this one on are not known to the thread. */
  #named = 0

  constructor(settings: WriterSettings) {
    this.#seriesMax = settings.limits.seriesMax
    const entry = new URL('./writer-thread.ts', import.meta.url)
    this.#calls = new ThreadCalls(entry, settings, () => {
      this.#named = 0
    })
  }

  /** Gives the points that cannot be stored once all others are on disk. */
  async write(points: readonly StorePoint[], nowMs: number): Promise<readonly RefusedPoint[]> {
    this.#calls.start()
    if (this.#definitions.length > this.#seriesMax * 2) this.#forget()
    const batch = this.#batchOf(points)
    const { numbers, times, values } = batch
    const transfer = [numbers.buffer, times.buffer, values.buffer]
    const request: WriterRequest = { kind: 'write', batch, nowMs }
    try {
      // The thread answers a write with nothing else.
      return (await this.#calls.ask(request, transfer)) as readonly RefusedPoint[]
    } catch (error) {
      // Nobody knows whether it has got to know them.
      this.#named = 0
      throw error
    }
  }

  /** Rolls up and takes away a part of what is due. */
  async maintain(nowMs: number): Promise<Upkeep> {
    // As above.
    return (await this.#calls.ask({ kind: 'maintain', nowMs } satisfies WriterRequest)) as Upkeep
  }

  /** Takes away all series with that tag, with all of their points. */
  async remove(tag: Tags[number]): Promise<void> {
    await this.#calls.ask({ kind: 'remove', tag } satisfies WriterRequest)
  }

  async close(): Promise<void> {
    if (!this.#calls.isRunning) return
    try {
      await this.#calls.ask({ kind: 'close' } satisfies WriterRequest)
    } finally {
      await this.#calls.end(new StoreError('STORE_CLOSED', 'The store was closed.'))
    }
  }

  #batchOf(points: readonly StorePoint[]) {
    const numbers = new Uint32Array(points.length)
    const times = new Float64Array(points.length)
    const values = new Float64Array(points.length)
    const texts = new Map<number, string>()
    for (const [index, point] of points.entries()) {
      const { value } = point
      numbers[index] = this.#numberOf(point)
      times[index] = point.time
      if (typeof value === 'string') texts.set(index, value)
      else values[index] = Number(value)
    }
    const from = this.#named
    this.#named = this.#definitions.length
    const series = this.#definitions
      .slice(from)
      .map((definition, index) => [from + index, definition] as const)
    return { series, numbers, times, values, texts }
  }

  /** A series is told apart by its type too, so that each point is judged by its own. */
  #numberOf({ measurement, field, tags, value }: StorePoint): number {
    const type =
      typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'number'
    const key = `${type}\0${field}\0${measurement}\0${tags}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#definitions.length
    this.#numbers.set(key, number)
    this.#definitions.push({ measurement, field, tags, type })
    return number
  }

  /** So many different ones came that most of them were refused. */
  #forget(): void {
    this.#numbers.clear()
    this.#definitions.length = 0
    this.#named = 0
  }
}

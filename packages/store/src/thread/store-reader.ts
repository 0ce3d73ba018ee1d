import type { ApiCall, ApiReply } from '../prometheus/api.ts'
import { failure } from '../prometheus/api.ts'
import { StoreError, toStoreError } from '../store-error.ts'
import { ThreadCalls } from './thread-calls.ts'
import type {
  CsvPage,
  CsvRequest,
  ReaderRequest,
  RecentSeries,
  RowsAnswer,
  RowsQuery,
  StoreUsage,
} from './reader-requests.ts'

export interface ReaderSettings {
  /** With the files of all flows. */
  readonly folder: string
}

export interface ReaderTimers {
  readonly after: (delayMs: number, run: () => void) => { cancel(): void }
}

export interface ReaderOptions extends ReaderSettings {
  readonly timers: ReaderTimers
  /** What takes longer is ended, with its thread. */
  readonly withinMs: number
  /** Requests that may wait for the one before. */
  readonly waitingMax: number
  /** The thread ends when nothing was asked for so long. */
  readonly idleMs: number
}

const closed = new StoreError('STORE_CLOSED', 'The store was closed.')

/** Reads stores in a thread of its own, one request after the other. */
export class StoreReader {
  readonly #options: ReaderOptions
  readonly #calls: ThreadCalls
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()
  #idle: { cancel(): void } | undefined
  #isClosed = false

  constructor(options: ReaderOptions) {
    this.#options = options
    const entry = new URL('./reader-thread.ts', import.meta.url)
    this.#calls = new ThreadCalls(entry, { folder: options.folder } satisfies ReaderSettings)
  }

  /** Never rejects. */
  async prometheus(call: ApiCall): Promise<ApiReply> {
    try {
      // The thread answers each kind of request with its own kind of answer; so below.
      return (await this.#ask({ kind: 'prometheus', call })) as ApiReply
    } catch (error) {
      const { code, message } = toStoreError(error)
      if (code === 'STORE_TOO_SLOW') return failure(503, 'timeout', message)
      return failure(503, code === 'STORE_BUSY_READING' ? 'unavailable' : 'internal', message)
    }
  }

  /** Never rejects. */
  async influxql(call: ApiCall): Promise<ApiReply> {
    try {
      return (await this.#ask({ kind: 'influxql', call })) as ApiReply
    } catch (error) {
      return { status: 503, body: JSON.stringify({ error: toStoreError(error).message }) }
    }
  }

  async usage(): Promise<readonly StoreUsage[]> {
    return (await this.#ask({ kind: 'usage' })) as readonly StoreUsage[]
  }

  /** Undefined where there is no such store. */
  async csv(page: CsvRequest): Promise<CsvPage | undefined> {
    return (await this.#ask({ kind: 'csv', page })) as CsvPage | undefined
  }

  async rows(query: RowsQuery): Promise<RowsAnswer> {
    return (await this.#ask({ kind: 'rows', query })) as RowsAnswer
  }

  /** What charts drew since then. */
  async recent(sinceMs: number): Promise<readonly RecentSeries[]> {
    return (await this.#ask({ kind: 'recent', sinceMs })) as readonly RecentSeries[]
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#idle?.cancel()
    await this.#calls.end(closed)
  }

  async #ask(request: ReaderRequest): Promise<unknown> {
    if (this.#waiting >= this.#options.waitingMax) {
      throw new StoreError('STORE_BUSY_READING', 'Too many queries wait; try again later.')
    }
    this.#waiting += 1
    this.#idle?.cancel()
    const asked = this.#last.then(() => this.#askNow(request))
    this.#last = asked.catch(() => undefined)
    try {
      return await asked
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0) this.#rest()
    }
  }

  async #askNow(request: ReaderRequest): Promise<unknown> {
    if (this.#isClosed) throw closed
    const { timers, withinMs } = this.#options
    const limit = timers.after(withinMs, () => {
      void this.#calls.end(
        new StoreError(
          'STORE_TOO_SLOW',
          `The query took longer than ${withinMs / 1000} s and was ended.`,
        ),
      )
    })
    try {
      return await this.#calls.ask(request)
    } finally {
      limit.cancel()
    }
  }

  #rest(): void {
    this.#idle = this.#options.timers.after(this.#options.idleMs, () => {
      void this.#calls.end(closed)
    })
  }
}

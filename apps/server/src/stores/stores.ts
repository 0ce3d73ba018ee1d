import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chartStore, StoreReader } from '@millrace/store'
import type { StoreUsage } from '@millrace/store'
import type { ChartHistory } from './chart-history.ts'

const [withinMs, idleMs, waitingMax] = [10_000, 60_000, 64]

/** The files of time series that flows keep. They are written in the engine process, and read here in a thread. */
export class Stores {
  readonly reader: StoreReader
  /** Writes the store of charts, which therefore is to be taken away by it. */
  charts: Pick<ChartHistory, 'clear' | 'forget'> | undefined
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    const after = (delayMs: number, run: () => void) => {
      const timer = setTimeout(run, delayMs)
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    }
    this.reader = new StoreReader({ folder, timers: { after }, withinMs, idleMs, waitingMax })
  }

  usage(): Promise<readonly StoreUsage[]> {
    return this.reader.usage()
  }

  /** Removes the file of a flow that does not run, or that of charts. */
  async remove(store: string): Promise<void> {
    const remove = (): Promise<void> => this.#removeFile(store)
    if (store === chartStore && this.charts !== undefined) await this.charts.clear(remove)
    else await remove()
  }

  /** Removes all that a flow which is gone has kept over time. */
  async removeAllOf(flow: string): Promise<void> {
    await this.remove(flow)
    await this.charts?.forget(flow)
  }

  async #removeFile(store: string): Promise<void> {
    const path = join(this.#folder, `${store}.sqlite`)
    // The index last: without it, a file left over by a crash in between could not be read.
    for (const suffix of ['', '-wal', '-shm']) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await rm(path + suffix, { force: true })
    }
  }

  close(): Promise<void> {
    return this.reader.close()
  }
}

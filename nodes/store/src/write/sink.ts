import { sink } from '@millrace/sdk'
import type { Hold, Message, NodeContext, NodeError } from '@millrace/sdk'
import { StoreWriter } from '@millrace/store'
import { storeFolder, storePath } from '../place/store-place.ts'
import { storeWriteDescriptor } from './descriptor.ts'
import { PointQueue } from './point-queue.ts'
import { pointsReader } from './points-of.ts'

type Context = NodeContext<typeof storeWriteDescriptor>

const upkeepEveryMs = 10_000

export const storeWrite = sink(storeWriteDescriptor, (context) => {
  const pointsOf = pointsReader(context.config)
  const writer = writerFor(context)
  const status = new StoreStatus(context)
  const queue = queueFor(context, writer, status)
  const upkeep = keepUp(context, writer, status)
  return {
    onMessage: (message) => {
      const points = pointsOf(message)
      const hold = context.hold()
      const done = (error?: NodeError): void => finish(context, { hold, message, error })
      try {
        queue.add({ points, done })
      } catch (error) {
        context.release(hold, error)
        throw error
      }
    },
    flush: () => queue.writeNow(),
    close: async () => {
      upkeep.cancel()
      queue.close()
      await writer.close().catch((error: unknown) => context.log.warn(String(error)))
    },
  }
})

interface Finished {
  readonly hold: Hold
  readonly message: Message
  readonly error: NodeError | undefined
}

function finish(context: Context, { hold, message, error }: Finished): void {
  // Ends with the node; the message is neither stored nor refused.
  if (error !== undefined && error.code !== 'STORE_CLOSED') {
    context.resume(hold, () => context.fail(error, message))
  }
  context.release(hold, error)
}

/** The host of the flow says by its environment where stores are. */
function writerFor({ config, flow }: Context): StoreWriter {
  const { keepRawMs, keepMinutesMs, keepHoursMs, sizeMax, seriesMax } = config
  return new StoreWriter({
    path: storePath(storeFolder(process.env), flow),
    limits: { seriesMax, bytesMax: sizeMax * 1_000_000 },
    retention: { rawMs: keepRawMs, minuteMs: keepMinutesMs, hourMs: keepHoursMs },
  })
}

function queueFor(context: Context, writer: StoreWriter, status: StoreStatus): PointQueue {
  const { config, clock, timers } = context
  const { batchPoints, batchAgeMs, bufferPoints } = config
  return new PointQueue({
    write: (points, nowMs) => writer.write(points, nowMs),
    batchPoints,
    batchAgeMs,
    bufferPoints,
    clock,
    timers,
    onPressure: (isHigh) => context.pressure(isHigh),
    onState: (error, waiting) => status.tell(error, waiting),
  })
}

/** Tells a person when it changes, and the log how it began and ended. */
class StoreStatus {
  readonly #context: Context
  #isFailing: boolean | undefined

  constructor(context: Context) {
    this.#context = context
  }

  tell(error: NodeError | undefined, waiting: number): void {
    const { status, log } = this.#context
    if (error !== undefined) {
      status({ state: 'error', text: `${error.message} ${waiting} points wait.`.slice(0, 200) })
      if (this.#isFailing !== true) log.warn(error.message, { code: error.code, waiting })
    } else if (this.#isFailing !== false) {
      status({ state: 'ok', text: 'Stores' })
      if (this.#isFailing === true) log.info('Stores again', { waiting })
    }
    this.#isFailing = error !== undefined
  }

  tellSize(bytes: number): void {
    if (this.#isFailing === true) return
    this.#context.status({ state: 'ok', text: `Stores, ${sizeText(bytes)} on disk` })
  }
}

/** Rolls up and takes away what is due, a part at a time, and shows how much there is on disk. */
function keepUp(
  { timers, clock, log }: Context,
  writer: StoreWriter,
  status: StoreStatus,
): { cancel(): void } {
  let isBusy = false
  const run = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    try {
      const { bytes } = await writer.maintain(clock.now())
      status.tellSize(bytes)
    } catch (error) {
      // Writing fails for the same reason, and says so in the status.
      log.debug('The store cannot be kept up', { error: String(error) })
    }
    isBusy = false
  }
  return timers.every(upkeepEveryMs, () => void run())
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`
}

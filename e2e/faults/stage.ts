import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Influxd, type Mosquitto, startInfluxd, startMosquitto } from '@millrace/services'
import type { ConnectionDocument } from '@millrace/flow'
import { connectionsOf } from './plant-flow.ts'
import { type Publisher, startPublisher } from './publisher.ts'
import { judge, type Verdict } from './verdict.ts'

/** Broker, database, a publisher and an empty user directory. */
export interface Stage {
  readonly mosquitto: Mosquitto
  readonly influxd: Influxd
  readonly publisher: Publisher
  readonly userDirectory: string
  readonly connections: readonly ConnectionDocument[]
  /** To be done before all of it goes. */
  onClose(close: () => Promise<unknown>): void
  /** Stops publishing, waits for the results and compares. */
  judge(): Promise<Verdict>
  /** Stored state that could not be read and was moved aside. */
  unreadable(): Promise<readonly string[]>
}

export interface StageOptions {
  /** An empty folder, such as a small disk; otherwise one is made. */
  readonly userDirectory?: string
  /** Whether the broker will be restarted; keeping sessions on disk makes it slow. */
  readonly isBrokerRestarted?: boolean
}

export async function withStage<Result>(
  options: StageOptions,
  run: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const closing: (() => Promise<unknown>)[] = []
  try {
    return await run(await openStage(options, closing))
  } finally {
    for (const close of closing.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop -- in the opposite order of opening
      await close().catch(() => undefined)
    }
  }
}

async function openStage(
  options: StageOptions,
  closing: (() => Promise<unknown>)[],
): Promise<Stage> {
  const mosquitto = await startMosquitto({
    isPersistent: options.isBrokerRestarted === true,
    configuration: ['max_queued_messages 0', 'max_inflight_messages 200'],
  })
  closing.push(() => mosquitto.stop())
  const influxd = await startInfluxd({ databases: ['plant'] })
  closing.push(() => influxd.stop())
  const userDirectory = options.userDirectory ?? (await mkdtemp(join(tmpdir(), 'millrace-faults-')))
  if (options.userDirectory === undefined) {
    closing.push(() => rm(userDirectory, { recursive: true, force: true }))
  }
  const publisher = await startPublisher(mosquitto.url)
  const places = { brokerPort: mosquitto.port, influxUrl: influxd.url }
  return {
    mosquitto,
    influxd,
    publisher,
    userDirectory,
    connections: connectionsOf(places),
    onClose: (close) => void closing.push(close),
    judge: async () => {
      await publisher.close()
      const files = join(userDirectory, 'files')
      return judge({ files, influxd, acknowledged: publisher.acknowledged })
    },
    unreadable: async () => {
      const names = await readdir(join(userDirectory, 'state')).catch(() => [])
      return names.filter((name) => name.includes('unreadable'))
    },
  }
}

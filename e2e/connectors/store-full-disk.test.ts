import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import type { Flow } from '@millrace/flow'
import { afterEach, expect, test } from 'vitest'
import { startProduct } from '../browser/product.ts'
import { mountSmallDisk, whyNoSmallDisk } from '../faults/small-disk.ts'
import { openFeed } from './suite/feed.ts'
import { openLive } from './suite/live.ts'
import { judge } from './suite/numbers.ts'
import { eventually } from './suite/patience.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const flow: Flow = {
  millrace: 1,
  name: 'numbers',
  title: 'Numbers',
  nodes: [
    { id: 'in', type: 'http/in', config: { method: 'POST', path: '/numbers' } },
    {
      id: 'store',
      type: 'store/write',
      config: {
        measurement: 'numbers',
        fields: [{ id: 'n', name: 'n', value: 'payload.n', type: 'number' }],
        time: 'payload.at',
        keepRawMs: 0,
        batchPoints: 50,
        batchAgeMs: 20,
        bufferPoints: 400,
      },
    },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'store', port: 'in' } }],
  layout: {},
}

/** Its own disk is full; that of the ingest log is not. */
async function storeOnSmallDisk() {
  const product = await startProduct()
  closing.push(() => product.stop())
  const folder = join(product.userDirectory, 'store')
  await mkdir(folder, { recursive: true })
  const disk = await mountSmallDisk(folder, 8)
  closing.push(() => disk.unmount())
  await product.api.deploy(flow)
  const live = await openLive(product.url)
  closing.push(() => live.close())
  await live.watch('numbers', ['in:out', 'store:error'])
  const url = async () => (await product.api.status()).flowHttpUrl ?? ''
  return {
    disk,
    live,
    feed: openFeed({ path: 'numbers', url }),
    path: join(folder, 'numbers.sqlite'),
  }
}

function numbersIn(path: string): readonly number[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return database
      .prepare('SELECT value FROM raw')
      .all()
      .map(({ value }) => Number(value))
  } finally {
    database.close()
  }
}

const reason = whyNoSmallDisk()

test.skipIf(reason !== undefined)(
  `a store on a full disk says so, presses, and goes on by itself${reason === undefined ? '' : ` [${reason}]`}`,
  async () => {
    const { disk, live, feed, path } = await storeOnSmallDisk()
    await feed.send(100)
    await eventually(() => expect(live.counters()['store']).toMatchObject({ inFlight: 0 }))
    await disk.fill()
    const stop = feed.flood()
    await eventually(() => {
      expect(live.status('store')).toMatchObject({ state: 'error' })
      expect(live.status('store')?.text).toMatch(/disk is full.*points wait/)
    })
    // None is taken for stored, and the sender is told to wait.
    await eventually(() => expect(live.counters()['store']).toMatchObject({ isPressing: true }))
    await eventually(() => expect(feed.refusals).toBeGreaterThan(0))
    expect(live.counters()['store']?.inFlight).toBeGreaterThan(0)
    const taken = feed.accepted.size
    await pause(500)
    expect(feed.accepted.size).toBe(taken)
    await disk.makeRoom()
    await eventually(() => expect(live.status('store')).toMatchObject({ state: 'ok' }))
    await stop()
    await eventually(() =>
      expect(judge(feed.accepted, numbersIn(path))).toEqual({ missing: [], repeated: [] }),
    )
    expect(live.count('store:error')).toBe(0)
  },
)

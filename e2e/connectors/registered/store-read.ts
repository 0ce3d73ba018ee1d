import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hourMs, StoreWriter, tagsText } from '@millrace/store'
import type { Connector } from '../suite/connector.ts'
import { range } from '../suite/numbers.ts'
import { storeAlone } from './store.ts'

const startMs = 1_700_000_000_000

/** Each message asks for the value that stands at its time. */
export const storeRead: Connector = {
  system: 'Built-in time-series store',
  against: 'itself',
  services: [],
  nodes: { operator: 'store/read' },
  leavesOut: storeAlone,
  open: ({ store: folder }) =>
    Promise.resolve({
      operator: {
        config: () => ({
          measurement: 'numbers',
          range: 'between',
          from: 'payload.at',
          to: 'payload.at',
        }),
        prepare: async (place) => {
          await mkdir(folder, { recursive: true })
          await fill(join(folder, `${place}.sqlite`))
        },
        numberIn: (payload) => {
          const [row] = payload as readonly { readonly time: number; readonly value: number }[]
          return row !== undefined && row.time === startMs + row.value ? row.value : undefined
        },
        refuses: ['empty', 'binary', 'malformed'],
      },
    }),
}

/** As the store of a flow that has written them. */
async function fill(path: string): Promise<void> {
  const writer = new StoreWriter({
    path,
    limits: { seriesMax: 10, bytesMax: 100_000_000 },
    retention: { rawMs: 0, minuteMs: hourMs, hourMs },
  })
  const points = range(2_000).map((n) => ({
    measurement: 'numbers',
    field: 'n',
    tags: tagsText([]),
    time: startMs + n,
    value: n,
  }))
  await writer.write(points, Date.now())
  await writer.close()
}

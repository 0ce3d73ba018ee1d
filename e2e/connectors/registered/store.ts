import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Connector } from '../suite/connector.ts'

export const storeAlone = {
  server: 'there is none',
  mistakes: 'there is nothing to reach',
  secrets: 'there are none',
} as const

export const store: Connector = {
  system: 'Built-in time-series store',
  against: 'itself',
  services: [],
  nodes: { sink: 'store/write' },
  leavesOut: storeAlone,
  open: ({ store: folder }) =>
    Promise.resolve({
      sink: {
        config: (place) => ({
          measurement: place,
          fields: [{ id: 'n', name: 'n', value: 'payload.n', type: 'number' }],
          time: 'payload.at',
          keepRawMs: 0,
          batchPoints: 50,
          batchAgeMs: 20,
          bufferPoints: 400,
        }),
        watch: (place) => Promise.resolve({ numbers: () => numbersIn(folder, place) }),
        refuses: ['empty', 'binary', 'malformed'],
      },
    }),
}

/** Of all flows, read with nothing of ours. */
async function numbersIn(folder: string, measurement: string): Promise<readonly number[]> {
  const names = existsSync(folder) ? await readdir(folder) : []
  const paths = names.filter((name) => name.endsWith('.sqlite')).map((name) => join(folder, name))
  return paths.flatMap((path) => numbersOf(path, measurement))
}

function numbersOf(path: string, measurement: string): readonly number[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    const isLaidOut = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'raw'").get()
    if (isLaidOut === undefined) return []
    const rows = database.prepare(
      `SELECT value FROM raw JOIN series ON series.id = raw.series
       JOIN measurement ON measurement.id = series.measurement WHERE measurement.name = ?`,
    )
    return rows.all(measurement).map(({ value }) => Number(value))
  } finally {
    database.close()
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hourMs, minuteMs } from '../point.ts'
import { openForReading } from './database.ts'
import { stretches } from './read-rows.ts'
import { StoreReaderFile } from './store-reader-file.ts'
import { StoreWriterFile } from './store-writer-file.ts'

const start = Math.floor(1_700_000_000_000 / hourMs) * hourMs
const functions = ['avg', 'min', 'max', 'sum', 'count', 'last'] as const

/** What is done to a file: points come, in any order, and it is kept up at some time. */
type Act =
  | { readonly write: readonly (readonly [second: number, value: number])[] }
  | { readonly maintainAt: number }

const acts = fc.array(
  fc.oneof(
    fc.record({
      write: fc.array(
        fc.tuple(fc.integer({ min: 0, max: 4 * 3600 }), fc.integer({ min: -9, max: 9 })),
        {
          maxLength: 30,
        },
      ),
    }),
    fc.record({ maintainAt: fc.integer({ min: 0, max: 5 * 3600 }) }),
  ),
  { maxLength: 12 },
)

test('what is read of minutes and hours is what the points give, whatever was rolled up when', () => {
  fc.assert(
    fc.property(acts, (given: readonly Act[]) => {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-roll-up-'))
      try {
        const expected = carryOut(given, join(folder, 'f.sqlite'))
        for (const [everyMs, resolutionMs] of [
          [10_000, 0],
          [minuteMs, minuteMs],
          [hourMs, hourMs],
        ] as const) {
          for (const reduce of functions) {
            const found = readAll(join(folder, 'f.sqlite'), { everyMs, resolutionMs, reduce })
            expect([reduce, everyMs, rounded(found)]).toEqual([
              reduce,
              everyMs,
              rounded(stretches(expected, everyMs, reduce)),
            ])
          }
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: 25 },
  )
})

/** Does it to a file, and gives what there has to be in it: the last value of each time. */
function carryOut(given: readonly Act[], path: string) {
  const retention = { rawMs: 0, minuteMs: 0, hourMs: 0 }
  const file = new StoreWriterFile(path, { limits: { seriesMax: 1, bytesMax: 0 }, retention })
  const values = new Map<number, number>()
  const definition = { measurement: 'm', field: 'value', tags: '[]', type: 'number' } as const
  for (const act of given) {
    if ('maintainAt' in act) {
      file.maintain(start + act.maintainAt * 1000)
      continue
    }
    const points = act.write.map(([second, value]) => [start + second * 1000, value] as const)
    file.write(
      {
        series: [[0, definition]],
        numbers: new Uint32Array(points.length),
        times: Float64Array.from(points, ([time]) => time),
        values: Float64Array.from(points, ([, value]) => value),
        texts: new Map(),
      },
      start,
    )
    for (const [time, value] of points) values.set(time, value)
  }
  file.close()
  const ordered = [...values].toSorted(([one], [other]) => one - other)
  return {
    count: ordered.length,
    times: Float64Array.from(ordered, ([time]) => time),
    values: Float64Array.from(ordered, ([, value]) => value),
  }
}

interface Asked {
  readonly everyMs: number
  readonly resolutionMs: number
  readonly reduce: (typeof functions)[number]
}

function readAll(path: string, { everyMs, resolutionMs, reduce }: Asked) {
  const database = openForReading(path)
  if (database === undefined) return []
  const file = new StoreReaderFile(database)
  try {
    file.refresh()
    const [series] = file.series
    if (series === undefined) return []
    const range = { from: start, to: start + 5 * hourMs }
    const samples = file.read(series, range, { resolutionMs, budget: { samples: 1e6 } })
    return stretches(samples, everyMs, reduce)
  } finally {
    file.close()
  }
}

const rounded = (rows: readonly (readonly [number, number])[]) =>
  rows.map(([time, value]) => [time, Math.round(value * 1e9) / 1e9])

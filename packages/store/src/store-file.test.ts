import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openForReading } from './file/database.ts'
import { StoreReaderFile } from './file/store-reader-file.ts'
import { StoreWriterFile } from './file/store-writer-file.ts'
import { hourMs, minuteMs, tagsText } from './point.ts'
import type { Retention } from './point.ts'
import { StoreWriter } from './thread/store-writer.ts'
import type { StorePoint } from './thread/store-writer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const start = Math.floor(1_700_000_000_000 / hourMs) * hourMs
const forEver: Retention = { rawMs: 0, minuteMs: 0, hourMs: 0 }

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'flow.sqlite')
}

interface Given {
  readonly retention?: Retention
  readonly seriesMax?: number
  readonly bytesMax?: number
  readonly path?: string
}

/** A file, and points given to it as they would come from a thread. */
function bench({
  retention = forEver,
  seriesMax = 1_000,
  bytesMax = 0,
  path = place(),
}: Given = {}) {
  const file = new StoreWriterFile(path, { limits: { seriesMax, bytesMax }, retention })
  closing.push(() => file.close())
  const known = new Map<string, number>()
  const write = (points: readonly Partial<StorePoint>[], nowMs = start + hourMs) => {
    const whole = points.map((point) => ({ ...usual, ...point }))
    const series = whole.flatMap(({ measurement, field, tags, value }) => {
      const type =
        typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text'
      const key = `${type} ${measurement} ${field} ${tags}`
      if (known.has(key)) return []
      known.set(key, known.size)
      return [[known.size - 1, { measurement, field, tags, type }] as const]
    })
    const numberOf = ({ measurement, field, tags, value }: StorePoint) => {
      const type =
        typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text'
      return known.get(`${type} ${measurement} ${field} ${tags}`) ?? -1
    }
    return file.write(
      {
        series,
        numbers: Uint32Array.from(whole, numberOf),
        times: Float64Array.from(whole, ({ time }) => time),
        values: Float64Array.from(whole, ({ value }) => Number(value)),
        texts: new Map(
          whole.flatMap(({ value }, at) => (typeof value === 'string' ? [[at, value]] : [])),
        ),
      },
      nowMs,
    )
  }
  return { file, write, path, read: (options: ReadOptions = {}) => read(path, options) }
}

const usual: StorePoint = {
  measurement: 'm',
  field: 'value',
  tags: tagsText([]),
  time: start,
  value: 0,
}

interface ReadOptions {
  readonly from?: number
  readonly to?: number
  readonly resolutionMs?: number
  readonly most?: number
}

function read(path: string, { from = 0, to = 1e15, resolutionMs = 0, most = 1e6 }: ReadOptions) {
  const database = openForReading(path)
  if (database === undefined) throw new Error('there is no file')
  const reader = new StoreReaderFile(database)
  try {
    reader.refresh()
    const budget = { samples: most }
    return reader.series.map((series) => {
      const { count, times, values, rolled } = reader.read(
        series,
        { from, to },
        { resolutionMs, budget },
      )
      const list = (array: Float64Array | undefined) => Array.from(array?.slice(0, count) ?? [])
      return {
        name: `${series.measurement}.${series.field}`,
        tags: series.tags,
        times: list(times),
        values: list(values),
        ...(rolled && { counts: list(rolled.counts), sums: list(rolled.sums) }),
        ...(rolled && { lows: list(rolled.lows), highs: list(rolled.highs) }),
      }
    })
  } finally {
    reader.close()
  }
}

/** A point each second, its value the number of the second. */
const seconds = (count: number, from = start) =>
  Array.from({ length: count }, (_, at) => ({ time: from + at * 1000, value: at }))

describe('a file of time series', () => {
  test('holds each point once, however often it is written, and the value that came last', () => {
    const { write, read } = bench()
    write([
      { time: start, value: 1 },
      { time: start + 1, value: 2 },
    ])
    write([
      { time: start, value: 1 },
      { time: start + 1, value: 3 },
    ])
    expect(read()).toMatchObject([{ times: [start, start + 1], values: [1, 3] }])
  })

  test('tells series apart by measurement, field and tags', () => {
    const { write, read } = bench()
    const tags = (device: string) =>
      tagsText([
        ['room', 'x'],
        ['device', device],
      ])
    write([{ tags: tags('a') }, { tags: tags('b') }, { field: 'other' }, { measurement: 'n' }])
    expect(read().map(({ name, tags: found }) => [name, found])).toEqual([
      [
        'm.value',
        [
          ['device', 'a'],
          ['room', 'x'],
        ],
      ],
      [
        'm.value',
        [
          ['device', 'b'],
          ['room', 'x'],
        ],
      ],
      ['m.other', []],
      ['n.value', []],
    ])
  })

  test('refuses only the points that it cannot store, and says why', () => {
    const { write, read } = bench({ seriesMax: 2 })
    write([{ value: 1 }])
    const refused = write([
      { time: start + 1, value: 'text' },
      { time: Number.NaN, value: 1 },
      { time: start + 2, value: 2 },
      { field: 'b', value: true },
      { field: 'c', value: 1 },
    ])
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      [0, 'STORE_TYPE_CONFLICT'],
      [1, 'STORE_BAD_TIME'],
      [4, 'STORE_TOO_MANY_SERIES'],
    ])
    expect(read()).toMatchObject([{ values: [1, 2] }, { values: [1] }])
  })

  test('rolls up minutes and hours from the points, and reads the same with and without', () => {
    const { file, write, read } = bench()
    write(seconds(7200))
    const before = read({ resolutionMs: hourMs })
    expect(before[0]?.times).toHaveLength(7200)
    while (file.maintain(start + 3 * hourMs));
    expect(read({ resolutionMs: minuteMs })[0]).toMatchObject({ counts: Array(120).fill(60) })
    expect(read({ resolutionMs: hourMs })).toMatchObject([
      {
        times: [start + 3599_000, start + 7199_000],
        values: [3599, 7199],
        counts: [3600, 3600],
        sums: [(3599 * 3600) / 2, (3599 * 3600) / 2 + 3600 * 3600],
        lows: [0, 3600],
        highs: [3599, 7199],
      },
    ])
  })

  test('reads a minute as points until it is rolled up, also when a late point comes', () => {
    const { file, write, read } = bench()
    write(seconds(120))
    while (file.maintain(start + hourMs));
    write([{ time: start + 500, value: 1000 }])
    const mixed = read({ resolutionMs: minuteMs })[0]
    expect(mixed?.counts).toEqual([...Array(61).fill(1), 60])
    expect(mixed?.values.slice(0, 3)).toEqual([0, 1000, 1])
    while (file.maintain(start + hourMs));
    expect(read({ resolutionMs: minuteMs })[0]).toMatchObject({
      counts: [61, 60],
      highs: [1000, 119],
    })
    expect(read({ resolutionMs: hourMs })[0]).toMatchObject({ counts: [121], highs: [1000] })
  })

  test('does not roll up a minute that is not over', () => {
    const { file, write, read } = bench()
    write(seconds(90), start + 90_000)
    while (file.maintain(start + 90_000));
    expect(read({ resolutionMs: minuteMs })[0]?.counts).toEqual([60, ...Array(30).fill(1)])
  })

  test('keeps points, minutes and hours as long as is said, and reads what is left', () => {
    const retention = { rawMs: hourMs, minuteMs: 5 * hourMs, hourMs: 10 * hourMs }
    const { file, write, read } = bench({ retention })
    for (let hour = 0; hour < 12; hour += 1) {
      const now = start + (hour + 1) * hourMs
      write(seconds(60, start + hour * hourMs), now)
      while (file.maintain(now));
    }
    const found = read()[0]
    expect(found?.counts).toEqual([...Array(9).fill(60), ...Array(60).fill(1)])
    expect(found?.times[0]).toBe(start + 2 * hourMs + 59_000)
    const refused = write([{ time: start, value: 1 }], start + 12 * hourMs)
    expect(refused).toMatchObject([{ code: 'STORE_TOO_OLD' }])
  })

  test('forgets series of which nothing is left, and goes on when they come again', () => {
    const retention = { rawMs: hourMs, minuteMs: hourMs, hourMs }
    const { file, write, read } = bench({ retention, seriesMax: 1 })
    write([{ tags: tagsText([['a', '1']]) }], start)
    while (file.maintain(start + 10 * hourMs));
    const later = start + 10 * hourMs
    expect(write([{ tags: tagsText([['b', '1']]), time: later }], later)).toEqual([])
    expect(read().map(({ tags }) => tags)).toEqual([[['b', '1']]])
  })

  test('makes room by taking away the oldest points when it has reached its size', () => {
    const { file, write, read } = bench({ bytesMax: 200_000 })
    const now = start + 10 * hourMs
    write(seconds(20_000), now)
    for (let round = 0; round < 60; round += 1) file.maintain(now)
    const raw = read({ from: start + 19_000_000 })[0]
    expect(raw?.values.at(-1)).toBe(19_999)
    const all = read()[0]
    expect(all?.counts?.[0]).toBe(60)
    expect(all?.counts?.reduce((sum, count) => sum + count, 0)).toBe(20_000)
    expect(all?.times.length).toBeLessThan(8_000)
  })

  test('lets two writers and a reader at the same file', () => {
    const one = bench()
    const two = bench({ path: one.path })
    one.write([{ time: start, value: 1 }])
    two.write([{ time: start + 1, value: 2 }])
    one.write([{ time: start + 2, value: 3 }])
    expect(one.read()).toMatchObject([{ values: [1, 2, 3] }])
  })

  test('reads no more than it may', () => {
    const { write, read } = bench()
    write(seconds(100))
    expect(() => read({ most: 99 })).toThrow('too many samples')
    expect(read({ most: 100 })[0]?.times).toHaveLength(100)
  })
})

describe('a writer in a thread', () => {
  test('tells when points are on disk, and which are not', async () => {
    const path = place()
    const writer = new StoreWriter({
      path,
      limits: { seriesMax: 10, bytesMax: 0 },
      retention: forEver,
    })
    closing.push(() => writer.close())
    expect(
      await writer.write(
        [
          { ...usual, value: 1 },
          { ...usual, time: start + 1, value: 2 },
        ],
        start,
      ),
    ).toEqual([])
    expect(
      await writer.write(
        [
          { ...usual, value: 'x' },
          { ...usual, value: 5 },
        ],
        start,
      ),
    ).toMatchObject([{ index: 0, code: 'STORE_TYPE_CONFLICT' }])
    expect(read(path, {})).toMatchObject([{ values: [5, 2] }])
    expect(await writer.maintain(start + hourMs)).toMatchObject({ isMore: false })
  })

  test('says what is wrong with the file, and goes on once it is mended', async () => {
    const folder = place()
    const path = join(folder, 'x', 'flow.sqlite')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(folder, 'a file where the folder should be')
    const writer = new StoreWriter({
      path,
      limits: { seriesMax: 10, bytesMax: 0 },
      retention: forEver,
    })
    closing.push(() => writer.close())
    await expect(writer.write([usual], start)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    rmSync(folder)
    expect(await writer.write([usual], start)).toEqual([])
  })
})

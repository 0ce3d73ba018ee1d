import type {
  CsvPage,
  CsvRequest,
  RowFunction,
  RowsAnswer,
  RowsQuery,
  SeriesFilter,
  StoreRow,
} from '../thread/reader-requests.ts'
import { hourMs } from '../point.ts'
import type { Budget, Samples } from './samples.ts'
import type { StoreFolder } from './store-folder.ts'
import type { StoredSeries, StoreReaderFile } from './store-reader-file.ts'

const samplesMax = 5_000_000

/** Rows of a store in order of time, for a flow. */
export function readRows(folder: StoreFolder, query: RowsQuery): RowsAnswer {
  const file = folder.file(query.store)
  if (file === undefined) return { rows: [], isMore: false }
  const budget = { samples: samplesMax }
  const found = file.series.filter(filterOf(query))
  const rows = found.flatMap((series) => rowsOfSeries(file, series, { query, budget }))
  rows.sort((one, other) => one.time - other.time)
  return { rows: rows.slice(0, query.rowsMax), isMore: rows.length > query.rowsMax }
}

function filterOf({
  measurement,
  field,
  tags = [],
}: SeriesFilter): (series: StoredSeries) => boolean {
  return (series) =>
    (measurement === undefined || series.measurement === measurement) &&
    (field === undefined || series.field === field) &&
    tags.every(([name, value]) => series.tags.some(([one, its]) => one === name && its === value))
}

interface RowParts {
  readonly query: RowsQuery
  readonly budget: Budget
}

function rowsOfSeries(
  file: StoreReaderFile,
  series: StoredSeries,
  { query, budget }: RowParts,
): StoreRow[] {
  const { measurement, field, type } = series
  const head = { measurement, field, tags: Object.fromEntries(series.tags) }
  if (type === 'text') {
    const texts = query.everyMs === undefined ? file.texts(series, query, budget) : []
    return [...texts].map(([time, value]) => ({ ...head, time, value }))
  }
  const samples = file.read(series, query, { resolutionMs: (query.everyMs ?? 0) / 2, budget })
  if (query.everyMs === undefined) {
    return Array.from({ length: samples.count }, (_, at) => {
      const value = samples.values[at] ?? 0
      return {
        ...head,
        time: samples.times[at] ?? 0,
        value: type === 'boolean' ? value !== 0 : value,
      }
    })
  }
  return stretches(samples, query.everyMs, query.reduce).map(([time, value]) => ({
    ...head,
    time,
    value,
  }))
}

/** One number for each stretch of time in which there is something. */
export function stretches(
  { count, times, values, rolled }: Samples,
  everyMs: number,
  reduce: RowFunction,
): (readonly [time: number, value: number])[] {
  const found: [number, number][] = []
  for (let first = 0; first < count;) {
    const start = Math.floor((times[first] ?? 0) / everyMs) * everyMs
    let end = first
    let [points, sum, low, high] = [0, 0, Infinity, -Infinity]
    for (; end < count && (times[end] ?? Infinity) < start + everyMs; end += 1) {
      const value = values[end] ?? 0
      points += rolled?.counts[end] ?? 1
      sum += rolled?.sums[end] ?? value
      low = Math.min(low, rolled?.lows[end] ?? value)
      high = Math.max(high, rolled?.highs[end] ?? value)
    }
    const last = values[end - 1] ?? 0
    found.push([
      start,
      { avg: sum / points, min: low, max: high, sum, count: points, last }[reduce],
    ])
    first = end
  }
  return found
}

/**
 * A part of a store as CSV, one series after the other; the first part has the heading. Undefined
 * where there is no such store.
 */
export function readCsv(folder: StoreFolder, request: CsvRequest): CsvPage | undefined {
  const file = folder.file(request.store)
  const heading = request.cursor === undefined ? 'time,measurement,field,tags,value\n' : ''
  if (file === undefined) return undefined
  const found = file.series.filter(filterOf(request))
  let text = heading
  let rows = 0
  const start = request.cursor ?? { series: 0, from: request.from }
  for (const series of found) {
    if (series.id < start.series) continue
    const from = series.id === start.series ? start.from : request.from
    const page = csvOf(file, series, { from, to: request.to, most: request.rowsMax - rows })
    text += page.text
    rows += page.rows
    if (page.next !== undefined) return { text, next: { series: series.id, from: page.next } }
  }
  return { text }
}

interface CsvPart {
  readonly text: string
  readonly rows: number
  readonly next: number | undefined
}

function csvOf(
  file: StoreReaderFile,
  series: StoredSeries,
  { from, to, most }: { from: number; to: number; most: number },
): CsvPart {
  const { measurement, field, tags, type } = series
  const labels = tags.map(([name, value]) => `${name}=${value}`).join(';')
  const head = [measurement, field, labels].map(cell).join(',')
  let text = ''
  let rows = 0
  for (const [time, value] of pointsOf(file, series, { from, to, most: most + 1 })) {
    if (rows >= most) return { text, rows, next: time }
    const shown = type === 'boolean' ? String(value !== 0) : cell(String(value))
    text += `${new Date(time).toISOString()},${head},${shown}\n`
    rows += 1
  }
  return { text, rows, next: undefined }
}

function* pointsOf(
  file: StoreReaderFile,
  series: StoredSeries,
  { from, to, most }: { from: number; to: number; most: number },
): Iterable<readonly [number, number | string]> {
  if (series.type === 'text') {
    yield* file.texts(series, { from, to }, { samples: Infinity })
    return
  }
  // A stretch at a time, as a series may be longer than what fits into memory.
  for (const part of partsOf(from, to, file.limits(series))) {
    const { count, times, values } = file.read(series, part, {
      resolutionMs: 0,
      budget: { samples: Math.max(most, samplesMax) },
    })
    for (let at = 0; at < count; at += 1) {
      const time = times[at] ?? 0
      if (time >= from && time <= to) yield [time, values[at] ?? 0]
    }
  }
}

/** Whole hours, so that none is read twice. */
const partMs = 6 * hourMs

function* partsOf(
  from: number,
  to: number,
  limits: { readonly first: number; readonly last: number } | undefined,
): Iterable<{ from: number; to: number }> {
  if (limits === undefined) return
  const end = Math.min(to, limits.last)
  const first = Math.floor(Math.max(from, limits.first) / hourMs) * hourMs
  for (let start = first; start <= end; start += partMs) {
    yield { from: start, to: Math.min(end, start + partMs - 1) }
  }
}

/** RFC 4180. What a spreadsheet would take for a formula is made text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const isNumber = (text: string): boolean => text !== '' && Number.isFinite(Number(text))

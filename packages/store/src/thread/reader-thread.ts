import { parentPort, workerData } from 'node:worker_threads'
import { readCsv, readRows } from '../file/read-rows.ts'
import { chartStore, StoreFolder } from '../file/store-folder.ts'
import { answerInfluxql } from '../influxql/api.ts'
import { answerPrometheus } from '../prometheus/api.ts'
import { SampleSource } from '../prometheus/sample-source.ts'
import { hourMs } from '../point.ts'
import type { ReaderRequest, RecentSeries, StoreUsage } from './reader-requests.ts'
import type { ReaderSettings } from './store-reader.ts'
import { serveCalls } from './serve-calls.ts'

/** The entry of the thread in which stores are read. */
function main(): void {
  if (parentPort === null) throw new Error('This file is the entry of a worker thread.')
  // Handed over by `StoreReader`, the only one that starts this file.
  const { folder: path } = workerData as ReaderSettings
  const folder = new StoreFolder(path)
  const source = new SampleSource(folder)
  serveCalls(parentPort, (asked) =>
    // Likewise.
    folder.inSnapshot(() => answer(asked as ReaderRequest, folder, source)),
  )
}

function answer(request: ReaderRequest, folder: StoreFolder, source: SampleSource): unknown {
  switch (request.kind) {
    case 'prometheus':
      return answerPrometheus(request.call, source)
    case 'influxql':
      return answerInfluxql(request.call, folder)
    case 'usage':
      return usageOf(folder)
    case 'csv':
      return readCsv(folder, request.page)
    case 'rows':
      return readRows(folder, request.query)
    case 'recent':
      return recentOf(folder, request.sinceMs)
  }
}

function usageOf(folder: StoreFolder): readonly StoreUsage[] {
  return folder.files().map(([name, file]) => ({
    name,
    bytes: folder.bytes(name),
    series: file.series.length,
    measurements: file.measurements(),
  }))
}

const recentMax = 4_000_000

function recentOf(folder: StoreFolder, sinceMs: number): readonly RecentSeries[] {
  const file = folder.file(chartStore)
  if (file === undefined) return []
  const budget = { samples: recentMax }
  const range = { from: sinceMs, to: sinceMs + 2 * hourMs }
  return file.series.flatMap((series) => {
    const { count, times, values } = file.read(series, range, { resolutionMs: 0, budget })
    if (count === 0) return []
    const tags = Object.fromEntries(series.tags)
    return [{ tags, times: times.slice(0, count), values: values.slice(0, count) }]
  })
}

main()

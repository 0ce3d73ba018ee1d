import type { StoreFolder } from '../file/store-folder.ts'
import type { ApiCall, ApiReply } from '../prometheus/api.ts'
import { QueryError } from '../prometheus/query-error.ts'
import { toStoreError } from '../store-error.ts'
import { InfluxError } from './influx-error.ts'
import { parseStatements } from './parser.ts'
import type { ResultSeries } from './result.ts'
import { select } from './select.ts'
import { show } from './show.ts'
import type { Statement } from './syntax.ts'

const samplesMax = 1_000_000
const namesMax = /^_?[a-z0-9][a-z0-9-]{0,63}$/

/** Answers `/query` of InfluxDB 1, as far as it reads. A database is the store of a flow. Never throws. */
export function answerInfluxql(call: ApiCall, folder: StoreFolder): ApiReply {
  const given = new Map(call.parameters.toReversed())
  let statements: readonly Statement[]
  try {
    statements = parseStatements(given.get('q') ?? '', call.nowMs)
  } catch (error) {
    return { status: 400, body: JSON.stringify({ error: sentenceOf(error) }) }
  }
  const format = timeFormat(given.get('epoch'))
  const results = statements.map((statement, id) => {
    try {
      const database = statement.database ?? given.get('db')
      const series = carryOut(statement, folder, { database, nowMs: call.nowMs })
      const shown = statement.kind === 'show' ? series : series.map((one) => timed(one, format))
      return { statement_id: id, ...(shown.length > 0 && { series: shown }) }
    } catch (error) {
      return { statement_id: id, error: sentenceOf(error) }
    }
  })
  return { status: 200, body: JSON.stringify({ results }) }
}

function carryOut(
  statement: Statement,
  folder: StoreFolder,
  { database, nowMs }: { database: string | undefined; nowMs: number },
): readonly ResultSeries[] {
  if (statement.kind === 'show' && statement.what === 'databases')
    return show(statement, folder, [])
  if (database === undefined || database === '') throw new InfluxError('database name required')
  const file = namesMax.test(database) ? folder.file(database) : undefined
  if (file === undefined) throw new InfluxError(`database not found: ${database.slice(0, 100)}`)
  if (statement.kind === 'show') return show(statement, folder, file.series)
  return select(statement, { file, nowMs, budget: { samples: samplesMax } })
}

/** Errors of the query are told as they are, those of the store with what to do about them. */
function sentenceOf(error: unknown): string {
  const isOfQuery = error instanceof InfluxError || error instanceof QueryError
  return isOfQuery ? error.message : toStoreError(error).message
}

type TimeFormat = (timeMs: number) => number | string

/** Without a precision, times are RFC 3339. */
function timeFormat(epoch: string | undefined): TimeFormat {
  const unitMs = epoch === undefined ? undefined : units[epoch]
  if (unitMs === undefined) return (timeMs) => new Date(timeMs).toISOString().replace('.000Z', 'Z')
  return (timeMs) => Math.floor(timeMs / unitMs)
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  n: 1e-6,
  u: 1e-3,
  µ: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

function timed(series: ResultSeries, format: TimeFormat): ResultSeries {
  const values = series.values.map(([time, ...rest]) => [format(Number(time)), ...rest])
  return { ...series, values }
}

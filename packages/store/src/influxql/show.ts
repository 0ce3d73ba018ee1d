import type { StoreFolder } from '../file/store-folder.ts'
import type { StoredSeries } from '../file/store-reader-file.ts'
import { anyNames, namesTest, splitCondition } from './condition.ts'
import type { ResultSeries } from './result.ts'
import type { ShowStatement } from './syntax.ts'

/** Carries out a SHOW. `store` is undefined where none is named, or it is not there. */
export function show(
  statement: ShowStatement,
  folder: StoreFolder,
  series: readonly StoredSeries[],
): readonly ResultSeries[] {
  const found = seriesOf(statement, series)
  switch (statement.what) {
    case 'databases':
      return [
        listed(
          'databases',
          ['name'],
          folder.names().map((name) => [name]),
          statement,
        ),
      ]
    case 'retention policies':
      return [policies]
    case 'measurements':
      return measurements(statement, found)
    case 'tag keys':
      return byMeasurement(found, ['tagKey'], statement, (one) => one.tags.map(([name]) => [name]))
    case 'tag values': {
      const isMeant = anyNames(statement.keys)
      return byMeasurement(found, ['key', 'value'], statement, (one) =>
        one.tags.filter(([name]) => isMeant(name)).map(([name, value]) => [name, value]),
      )
    }
    case 'field keys':
      return byMeasurement(found, ['fieldKey', 'fieldType'], statement, (one) => [
        [one.field, fieldTypes[one.type]],
      ])
    case 'series':
      return rowsOrNone({
        columns: ['key'],
        values: unique(
          found.map((one) => [keyOf(one)]),
          statement,
        ),
      })
    case 'diagnostics':
      return [{ name: 'build', columns: ['Version'], values: [['1.8.10']] }]
  }
}

/** How long points are kept is the affair of each measurement. */
const policies: ResultSeries = {
  columns: ['name', 'duration', 'shardGroupDuration', 'replicaN', 'default'],
  values: [['autogen', '0s', '168h0m0s', 1, true]],
}

const fieldTypes = { number: 'float', boolean: 'boolean', text: 'string' } as const

function seriesOf(
  statement: ShowStatement,
  series: readonly StoredSeries[],
): readonly StoredSeries[] {
  const isMeant = statement.from.length === 0 ? () => true : anyNames(statement.from)
  const { test } = splitCondition(statement.where)
  return series.filter((one) => {
    if (!isMeant(one.measurement)) return false
    const tags = new Map(one.tags)
    return (
      test?.decide(
        (name) => tags.get(name),
        () => false,
      ) !== false
    )
  })
}

function measurements(statement: ShowStatement, series: readonly StoredSeries[]): ResultSeries[] {
  const isMeant =
    statement.measurement === undefined ? () => true : namesTest(statement.measurement)
  const names = series.map(({ measurement }) => measurement).filter(isMeant)
  const values = unique(
    names.map((name) => [name]),
    statement,
  )
  return rowsOrNone({ name: 'measurements', columns: ['name'], values })
}

function byMeasurement(
  series: readonly StoredSeries[],
  columns: readonly string[],
  statement: ShowStatement,
  rowsOf: (series: StoredSeries) => readonly (readonly string[])[],
): ResultSeries[] {
  const rows = new Map<string, (readonly string[])[]>()
  for (const one of series) {
    const known = rows.get(one.measurement) ?? []
    known.push(...rowsOf(one))
    rows.set(one.measurement, known)
  }
  const names = [...rows.keys()].toSorted()
  return names.flatMap((name) =>
    rowsOrNone({ name, columns, values: unique(rows.get(name) ?? [], statement) }),
  )
}

function listed(
  name: string,
  columns: readonly string[],
  values: readonly (readonly string[])[],
  statement: ShowStatement,
): ResultSeries {
  return { name, columns, values: unique(values, statement) }
}

function unique(
  rows: readonly (readonly string[])[],
  { limit = Infinity, offset = 0 }: ShowStatement,
): readonly (readonly string[])[] {
  const found = new Map(rows.map((row) => [JSON.stringify(row), row]))
  const ordered = [...found].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return ordered.map(([, row]) => row).slice(offset, limit === 0 ? undefined : offset + limit)
}

function rowsOrNone(series: ResultSeries): ResultSeries[] {
  return series.values.length === 0 ? [] : [series]
}

function keyOf({ measurement, tags }: StoredSeries): string {
  return [measurement, ...tags.map(([name, value]) => `${name}=${value}`)].join(',')
}

import type { Budget } from '../file/samples.ts'
import type { StoredSeries, StoreReaderFile, TimeRange } from '../file/store-reader-file.ts'
import { anyNames, namesTest, splitCondition } from './condition.ts'
import type { RowTest } from './condition.ts'
import { expandColumns, fieldsIn, reducersIn } from './expand-columns.ts'
import { pointsOfField, resolutionFor } from './gather.ts'
import type { GatheredPoint, TagSet } from './gather.ts'
import { InfluxError } from './influx-error.ts'
import { isReducer, reduce, rollable, selectors } from './reduce.ts'
import type { ResultSeries } from './result.ts'
import type { Column as SelectColumn, Expression, SelectStatement } from './syntax.ts'
import { combined, filled, isTransform, transform } from './transform.ts'
import type { Column } from './transform.ts'
import { rawRows } from './raw-rows.ts'

export interface SelectSurroundings {
  readonly file: StoreReaderFile
  readonly nowMs: number
  readonly budget: Budget
}

export interface Group {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly members: readonly TagSet[]
  readonly columns: readonly SelectColumn[]
}

/** Rows of one series of a result. */
export interface Rows {
  readonly times: readonly number[]
  readonly columns: readonly Column[]
}

const stretchesMax = 100_000

/** Carries out a SELECT over one store. Throws an `InfluxError`. */
export function select(
  statement: SelectStatement,
  surroundings: SelectSurroundings,
): ResultSeries[] {
  const { range, test } = splitCondition(statement.where)
  const measurements = measurementsOf(surroundings.file, statement)
  const found = measurements.flatMap((measurement) => {
    const groups = groupsOf(measurement, statement, { test, file: surroundings.file })
    return groups.flatMap((group) => {
      const rows = rowsOf(group, statement, { ...surroundings, range, test })
      return rows === undefined ? [] : [resultOf(group, statement, rows)]
    })
  })
  const withRows = found.filter(({ values }) => values.length > 0)
  if (statement.isDescending) withRows.reverse()
  return withRows.slice(0, statement.seriesLimit ?? Infinity)
}

function measurementsOf(file: StoreReaderFile, { from }: SelectStatement): readonly string[] {
  const isMeant = anyNames(from)
  return [...new Set(file.series.map(({ measurement }) => measurement))].filter(isMeant).toSorted()
}

function groupsOf(
  measurement: string,
  statement: SelectStatement,
  { test, file }: { test: RowTest | undefined; file: StoreReaderFile },
): readonly Group[] {
  const tagSets = tagSetsOf(file, measurement)
  const fields = new Set(tagSets.flatMap((tagSet) => [...tagSet.fields.keys()]))
  const keys = new Set(tagSets.flatMap(({ tags }) => tags.map(([name]) => name)))
  const columns = expandColumns(statement, { fields, keys })
  const kept = tagSets.filter(({ tags }) => {
    const known = new Map(tags)
    return (
      test?.decide(
        (name) => known.get(name),
        (name) => fields.has(name),
      ) !== false
    )
  })
  const dimensions = dimensionsOf(statement, keys)
  const groups = new Map<string, { tags: Record<string, string> | undefined; members: TagSet[] }>()
  for (const tagSet of kept) {
    const known = new Map(tagSet.tags)
    const entries = dimensions.map((name) => [name, known.get(name) ?? ''] as const)
    const key = JSON.stringify(entries)
    const tags = dimensions.length === 0 ? undefined : Object.fromEntries(entries)
    const group = groups.get(key) ?? { tags, members: [] }
    group.members.push(tagSet)
    groups.set(key, group)
  }
  const ordered = [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return ordered.map(([, group]) => ({ measurement, columns, ...group }))
}

function dimensionsOf({ groupBy }: SelectStatement, keys: ReadonlySet<string>): readonly string[] {
  if (groupBy.isAll) return [...keys].toSorted()
  const names = groupBy.tags.flatMap((tag) =>
    'name' in tag ? [tag.name] : [...keys].filter(namesTest(tag)),
  )
  return [...new Set(names)].toSorted()
}

function tagSetsOf(file: StoreReaderFile, measurement: string): readonly TagSet[] {
  const found = new Map<string, { tags: TagSet['tags']; fields: Map<string, StoredSeries> }>()
  for (const series of file.series) {
    if (series.measurement !== measurement) continue
    const key = JSON.stringify(series.tags)
    const tagSet = found.get(key) ?? { tags: series.tags, fields: new Map() }
    tagSet.fields.set(series.field, series)
    found.set(key, tagSet)
  }
  return [...found.values()]
}

export interface RowParts extends SelectSurroundings {
  readonly range: TimeRange
  readonly test: RowTest | undefined
}

/** Undefined where the group has nothing. */
function rowsOf(group: Group, statement: SelectStatement, parts: RowParts): Rows | undefined {
  const calls = group.columns.flatMap(({ value }) => reducersIn(value))
  if (calls.length === 0) {
    if (statement.groupBy.everyMs !== undefined) {
      throw new InfluxError('GROUP BY requires at least one aggregate function')
    }
    return rawRows(group, parts)
  }
  if (group.columns.some(({ value }) => isPlain(value))) {
    throw new InfluxError('mixing aggregate and non-aggregate queries is not supported')
  }
  return new AggregateRows(group, statement, parts).rows()
}

function isPlain(value: Expression): boolean {
  return fieldsIn(value).length > 0 && reducersIn(value).length === 0
}

/** Rows of stretches of time, or one row for all. */
class AggregateRows {
  readonly #group: Group
  readonly #statement: SelectStatement
  readonly #parts: RowParts
  readonly #points = new Map<string, readonly GatheredPoint[]>()
  /** Starts of the stretches. */
  #times: readonly number[] = []
  /** Of a single chosen point. */
  #chosenTime: number | undefined

  constructor(group: Group, statement: SelectStatement, parts: RowParts) {
    this.#group = group
    this.#statement = statement
    this.#parts = parts
  }

  rows(): Rows | undefined {
    const { everyMs } = this.#statement.groupBy
    this.#gather()
    const all = [...this.#points.values()]
    if (all.every((points) => points.length === 0)) return undefined
    this.#times = everyMs === undefined ? [this.#startOfAll()] : this.#stretches(everyMs, all)
    const columns = this.#group.columns.map(({ value }) => this.#column(value))
    if (everyMs !== undefined) return this.#withoutEmpty(columns)
    return { times: [this.#chosenTime ?? this.#startOfAll()], columns }
  }

  #gather(): void {
    const { columns, members } = this.#group
    const { groupBy } = this.#statement
    const { file, range, budget, test, nowMs } = this.#parts
    const calls = columns.flatMap(({ value }) => reducersIn(value))
    const isRollable = calls.every(({ name }) => rollable.has(name))
    const resolutionMs = isRollable ? resolutionFor(groupBy.everyMs, groupBy.offsetMs) : 0
    // Without an upper limit, stretches of time end now.
    const to =
      groupBy.everyMs === undefined ? range.to : Math.min(range.to, Math.max(nowMs, range.from))
    const ranged = { from: range.from, to: range.to === Infinity ? to : range.to }
    for (const field of new Set(columns.flatMap(({ value }) => fieldsIn(value)))) {
      const options = { field, range: ranged, resolutionMs, budget, test }
      const points = members.flatMap((member) => [...pointsOfField(file, member, options)])
      points.sort((one, other) => one.time - other.time)
      this.#points.set(field, points)
    }
  }

  #startOfAll(): number {
    const { from } = this.#parts.range
    return from === -Infinity ? 0 : from
  }

  /** All of the range where it is limited, else from the first point to the last. */
  #stretches(everyMs: number, all: readonly (readonly GatheredPoint[])[]): readonly number[] {
    const { range, nowMs } = this.#parts
    const times = all.flatMap((points) => [
      points[0]?.time ?? Infinity,
      points.at(-1)?.time ?? -Infinity,
    ])
    const from = range.from === -Infinity ? Math.min(...times) : range.from
    const last = Math.max(...times.filter((time) => time !== Infinity))
    const to = range.to === Infinity ? Math.max(last, Math.min(nowMs, last + everyMs)) : range.to
    const first = this.#startOf(from, everyMs)
    const count = Math.floor((this.#startOf(to, everyMs) - first) / everyMs) + 1
    if (!(count <= stretchesMax)) {
      throw new InfluxError(`max-select-buckets limit exceeded: (${count}/${stretchesMax})`)
    }
    return Array.from({ length: count }, (_, at) => first + at * everyMs)
  }

  #startOf(time: number, everyMs: number): number {
    const { offsetMs } = this.#statement.groupBy
    return Math.floor((time - offsetMs) / everyMs) * everyMs + offsetMs
  }

  #column(value: Expression): Column {
    switch (value.kind) {
      case 'number':
        return this.#times.map(() => value.value)
      case 'operation':
        return combined(value.operator, this.#column(value.left), this.#column(value.right))
      case 'call':
        return isReducer(value.name) ? this.#reduced(value) : this.#transformed(value)
      default:
        throw new InfluxError('expected a number or a function of a field')
    }
  }

  #transformed({ name, args }: Extract<Expression, { kind: 'call' }>): Column {
    const [inner, ...rest] = args
    if (inner === undefined || !isTransform(name))
      throw new InfluxError(`undefined function ${name}()`)
    return transform(name, this.#column(inner), {
      times: this.#times,
      parameters: rest.map(parameterOf),
    })
  }

  #reduced({ name, args }: Extract<Expression, { kind: 'call' }>): Column {
    const { groupBy, fill } = this.#statement
    const [of, ...rest] = args
    if (of?.kind !== 'field') throw new InfluxError(`expected field argument in ${name}()`)
    const points = this.#points.get(of.name) ?? []
    const parameter = rest.map(parameterOf)[0] ?? Number.NaN
    if (groupBy.everyMs === undefined) {
      const { value, time } = reduce(name, points, parameter)
      const isAlone = this.#group.columns.length === 1 && selectors.has(name)
      if (isAlone) this.#chosenTime = time
      return [value]
    }
    const parted = this.#parted(points, groupBy.everyMs)
    const column = parted.map((part) => {
      if (part.length > 0) return reduce(name, part, parameter).value
      return name === 'count' && fill === 'null' ? 0 : null
    })
    return filled(column, this.#times, fill)
  }

  #parted(points: readonly GatheredPoint[], everyMs: number): readonly GatheredPoint[][] {
    const parts: GatheredPoint[][] = this.#times.map(() => [])
    const first = this.#times[0] ?? 0
    for (const point of points) parts[Math.floor((point.time - first) / everyMs)]?.push(point)
    return parts
  }

  #withoutEmpty(columns: readonly Column[]): Rows {
    const isTransformed = this.#group.columns.some(
      ({ value }) => value.kind === 'call' && isTransform(value.name),
    )
    if (this.#statement.fill !== 'none' && !isTransformed) return { times: this.#times, columns }
    const kept = [...this.#times.keys()].filter((at) =>
      columns.some((column) => column[at] !== null),
    )
    return {
      times: kept.map((at) => this.#times[at] ?? 0),
      columns: columns.map((column) => kept.map((at) => column[at] ?? null)),
    }
  }
}

function parameterOf(argument: Expression): number {
  if (argument.kind === 'number') return argument.value
  if (argument.kind === 'duration') return argument.ms
  throw new InfluxError('expected a number or a duration as the argument of a function')
}

function resultOf(
  group: Group,
  statement: SelectStatement,
  { times, columns }: Rows,
): ResultSeries {
  const { isDescending, offset = 0, limit = Infinity } = statement
  const order = isDescending ? [...times.keys()].toReversed() : [...times.keys()]
  const values = order
    .slice(offset, limit === 0 ? undefined : offset + limit)
    .map((at) => [times[at] ?? 0, ...columns.map((column) => column[at] ?? null)])
  const names = uniqueNames(['time', ...group.columns.map(({ name }) => name)])
  const tags = group.tags === undefined ? {} : { tags: group.tags }
  return { name: group.measurement, ...tags, columns: names, values }
}

/** As InfluxDB does: `mean`, `mean_1`, … */
function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let number = 1; taken.has(unique); number += 1) unique = `${name}_${number}`
    taken.add(unique)
    return unique
  })
}

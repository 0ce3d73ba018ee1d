import type { Scalar } from './condition.ts'
import { fieldsIn } from './expand-columns.ts'
import { pointsOfField } from './gather.ts'
import type { TagSet } from './gather.ts'
import { InfluxError } from './influx-error.ts'
import type { Group, RowParts, Rows } from './select.ts'
import type { Expression } from './syntax.ts'
import { combined, transform } from './transform.ts'
import type { Column } from './transform.ts'

interface Row {
  readonly time: number
  readonly tags: ReadonlyMap<string, string>
  readonly fields: Map<string, Scalar>
}

/** Points as they are: a row for each time of each set of tags. */
export function rawRows(group: Group, parts: RowParts): Rows | undefined {
  const names = new Set(group.columns.flatMap(({ value }) => fieldsIn(value)))
  const rows = group.members.flatMap((member) => rowsOfMember(member, names, parts))
  if (rows.length === 0) return undefined
  rows.sort((one, other) => one.time - other.time)
  const times = rows.map(({ time }) => time)
  const columns = group.columns.map(({ value }) => columnOf(value, rows, times))
  return { times, columns }
}

function rowsOfMember(
  member: TagSet,
  names: ReadonlySet<string>,
  { file, range, budget, test }: RowParts,
): readonly Row[] {
  const tags = new Map(member.tags)
  const rows = new Map<number, Row>()
  for (const field of names) {
    const options = { field, range, budget, test, resolutionMs: 0 }
    for (const { time, value } of pointsOfField(file, member, options)) {
      const row = rows.get(time) ?? { time, tags, fields: new Map<string, Scalar>() }
      row.fields.set(field, value)
      rows.set(time, row)
    }
  }
  return [...rows.values()]
}

function columnOf(value: Expression, rows: readonly Row[], times: readonly number[]): Column {
  switch (value.kind) {
    case 'field':
      return rows.map(({ fields, tags }) => fields.get(value.name) ?? tags.get(value.name) ?? null)
    case 'number':
      return rows.map(() => value.value)
    case 'operation':
      return combined(
        value.operator,
        columnOf(value.left, rows, times),
        columnOf(value.right, rows, times),
      )
    case 'call': {
      const [inner, ...rest] = value.args
      if (inner === undefined)
        throw new InfluxError(`invalid number of arguments for ${value.name}`)
      const parameters = rest.map((one) =>
        one.kind === 'number' ? one.value : one.kind === 'duration' ? one.ms : Number.NaN,
      )
      return transform(value.name, columnOf(inner, rows, times), { times, parameters })
    }
    default:
      throw new InfluxError('expected a field')
  }
}

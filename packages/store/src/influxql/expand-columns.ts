import { namesTest } from './condition.ts'
import { isReducer } from './reduce.ts'
import type { Column, Expression, SelectStatement } from './syntax.ts'

interface Known {
  readonly fields: ReadonlySet<string>
  readonly keys: ReadonlySet<string>
}

/** Columns with every `*` and every pattern replaced by the fields, and alone by the tags, it stands for. */
export function expandColumns(statement: SelectStatement, known: Known): readonly Column[] {
  return statement.columns.flatMap((column) => expanded(column, statement, known))
}

function expanded(column: Column, { groupBy }: SelectStatement, { fields, keys }: Known): Column[] {
  const { value, name } = column
  if (value.kind === 'fields') {
    const isMeant = testOf(value.pattern)
    const grouped = groupBy.tags.map(namesTest)
    const tags = [...keys].filter((key) => !groupBy.isAll && !grouped.some((test) => test(key)))
    const names = [...fields, ...tags].filter(isMeant).toSorted()
    return names.map((one) => ({ name: one, value: { kind: 'field', name: one } }))
  }
  const inner = value.kind === 'call' ? value.args[0] : undefined
  if (value.kind !== 'call' || inner?.kind !== 'fields') return [column]
  const names = [...fields].filter(testOf(inner.pattern)).toSorted()
  return names.map((one) => ({
    name: `${name}_${one}`,
    value: { ...value, args: [{ kind: 'field', name: one }, ...value.args.slice(1)] },
  }))
}

function testOf(pattern: string | undefined): (name: string) => boolean {
  return pattern === undefined ? () => true : namesTest({ pattern })
}

export function fieldsIn(value: Expression): readonly string[] {
  switch (value.kind) {
    case 'field':
      return [value.name]
    case 'call':
      return value.args.flatMap(fieldsIn)
    case 'operation':
      return [...fieldsIn(value.left), ...fieldsIn(value.right)]
    default:
      return []
  }
}

/** Calls that make one value of many. */
export function reducersIn(value: Expression): readonly Extract<Expression, { kind: 'call' }>[] {
  switch (value.kind) {
    case 'call':
      return isReducer(value.name) ? [value] : value.args.flatMap(reducersIn)
    case 'operation':
      return [...reducersIn(value.left), ...reducersIn(value.right)]
    default:
      return []
  }
}

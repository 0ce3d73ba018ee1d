import { NodeError } from '@millrace/sdk'
import type { Expression } from '@millrace/sdk'

export interface MetricRow {
  readonly id: string
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'total' | 'histogram'
  readonly value: Expression<number>
  readonly bounds: readonly number[]
  readonly help: string
}

type GivenRow = Omit<MetricRow, 'bounds'> & { readonly buckets?: string | undefined }

/** Throws for rows that contradict each other. */
export function metricRows(
  given: readonly GivenRow[],
  labels: readonly { readonly name: string }[],
): readonly MetricRow[] {
  const names = new Set<string>()
  for (const { name, type } of given) {
    if (names.has(name)) throw badRow(`Two metrics are called ${name}: give each its own name.`)
    names.add(name)
    if (type === 'histogram' && labels.some((label) => label.name === 'le')) {
      throw badRow('A histogram has the label "le" already: call yours otherwise.')
    }
  }
  return given.map(({ buckets, ...row }) => {
    return { ...row, bounds: row.type === 'histogram' ? boundsOf(buckets ?? '', row.name) : [] }
  })
}

function boundsOf(text: string, name: string): readonly number[] {
  const bounds = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number)
  const isRising = bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? bound))
  if (bounds.length > 0 && bounds.length <= 100 && isRising && bounds.every(Number.isFinite)) {
    return bounds
  }
  throw badRow(`The buckets of ${name} must be up to 100 numbers in rising order, such as 0.1, 1.`)
}

function badRow(text: string): NodeError {
  return new NodeError('PROMETHEUS_BAD_METRIC', text)
}

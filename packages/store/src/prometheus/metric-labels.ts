import type { StoredSeries } from '../file/store-reader-file.ts'
import { sorted } from './labels.ts'
import type { Labels } from './labels.ts'

/**
 * How a stored series is called in Prometheus: a field `speed` of a measurement `motor` is
 * `motor_speed`, a field `value` adds nothing; tags are labels, and `flow` says which flow stored it.
 */
export function metricLabels(flow: string, { measurement, field, tags }: StoredSeries): Labels {
  const name = metricName(field === 'value' ? measurement : `${measurement}_${field}`)
  const labels = new Map([['__name__', name]])
  for (const [tag, value] of tags) {
    const label = labelName(tag)
    // As Prometheus does with labels that it sets itself.
    labels.set(label === 'flow' && !isOfCharts(flow) ? 'exported_flow' : label, value)
  }
  if (!isOfCharts(flow)) labels.set('flow', flow)
  return sorted([...labels])
}

/** Charts of all flows share a file, and say in a tag of which flow they are. */
const isOfCharts = (flow: string): boolean => flow.startsWith('_')

function metricName(text: string): string {
  const name = text.replaceAll(/[^a-zA-Z0-9_:]/g, '_')
  return /^\d/.test(name) ? `_${name}` : name
}

export function labelName(text: string): string {
  const name = text.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^\d/.test(name) || name === '' ? `_${name}` : name
}

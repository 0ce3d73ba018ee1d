/** Labels of a series in order of their names; `__name__` is the name of the metric. */
export type Labels = readonly (readonly [string, string])[]

export const noLabels: Labels = []

export function labelOf(labels: Labels, name: string): string {
  return labels.find(([known]) => known === name)?.[1] ?? ''
}

export function withoutNames(labels: Labels, names: ReadonlySet<string>): Labels {
  return labels.filter(([name]) => !names.has(name))
}

export function onlyNames(labels: Labels, names: ReadonlySet<string>): Labels {
  return labels.filter(([name]) => names.has(name))
}

const metricName: ReadonlySet<string> = new Set(['__name__'])

export function withoutMetricName(labels: Labels): Labels {
  return withoutNames(labels, metricName)
}

/** An empty value takes the label away. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const others = labels.filter(([known]) => known !== name)
  return value === '' ? others : sorted([...others, [name, value]])
}

export function sorted(labels: Labels): Labels {
  return labels.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
}

/** Equal for equal labels alone. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(labels)
}
